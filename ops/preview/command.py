"""`ops preview`: draws the dashboards that are synthesized as a page. Changes nothing."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from ops.account import Environment
from ops.audit.configuration import Configuration
from ops.backend import load_backend
from ops.errors import BadInputError
from ops.outputs import read_outputs
from ops.preview.card import card_of
from ops.preview.model import Dashboard, dashboard_of
from ops.preview.page import Page, render
from ops.preview.samples import NOON
from ops.preview.values import CloudWatch, Samples, Values
from ops.state import States
from ops.synth import synthesize
from ops.workspace import Workspace

SEED = "preview"
_PREFIX, _FIRST = "dashboard-", "overview"


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What was drawn, and where it went."""

    file: Path
    pages: Sequence[Page]


def preview(environment: Environment, *, html: Path | None, dashboard: str | None, live: bool) -> Preview:
    """Draw all dashboards, or the one of that name, with samples or with what CloudWatch has."""
    file = html or environment.workspace.folder / "preview" / "dashboards.html"
    layers: Mapping[str, Mapping[str, Any]]
    with environment.workspace.reserved():
        layers = synthesize(environment).configurations
    samples = Samples(SEED)
    values: Values = samples
    if live:
        values = CloudWatch(environment.session().client("cloudwatch"))
        layers = _with_outputs(layers, environment)
    dashboards = chosen(dashboards_of(layers, account_id=environment.account_id), name=dashboard)
    now = int(time.time()) if live else NOON
    pages = drawn(dashboards, values=values, samples=samples, now=now)
    _write(file, render(pages, suffix=environment.suffix, now=now))
    return Preview(file=file, pages=pages)


def print_preview(console: Console, made: Preview, workspace: Workspace) -> None:
    """What was drawn, and where the page is."""
    for page in made.pages:
        drawn_cards = [card for card in page.cards if card.kind != "words"]
        samples = sum(card.is_sample for card in drawn_cards)
        console.print(f"{page.name}: {len(drawn_cards)} widgets, {samples} of them with samples")
        for card in page.cards:
            if card.note:
                console.print(f"  {card.widget.title}: {card.note}", markup=False)
    console.print(f"Written to {workspace.relative(made.file)}", markup=False, soft_wrap=True)


def dashboards_of(layers: Mapping[str, Mapping[str, Any]], *, account_id: str) -> list[Dashboard]:
    """The dashboards of all layers with references followed, the overview first."""
    configuration = Configuration(layers=layers, account_id=account_id)
    found = [
        dashboard_of(made.name.removeprefix(_PREFIX), json.loads(configuration.resolved(made)["dashboard_body"]))
        for made in configuration.resources("aws_cloudwatch_dashboard")
    ]
    return sorted(found, key=lambda dashboard: (dashboard.name != _FIRST, dashboard.name))


def chosen(dashboards: Sequence[Dashboard], *, name: str | None) -> list[Dashboard]:
    """All dashboards, or the one that somebody names. Raises BadInputError if there is none of that name."""
    found = [dashboard for dashboard in dashboards if name in {None, dashboard.name}]
    if not found:
        known = ", ".join(dashboard.name for dashboard in dashboards)
        raise BadInputError(f"There is no dashboard {name!r}. Known: {known}")
    return found


def drawn(dashboards: Sequence[Dashboard], *, values: Values, samples: Samples, now: int) -> list[Page]:
    """Every widget of every dashboard, ready to be shown."""
    return [
        Page(
            name=dashboard.name,
            cards=[card_of(widget, values=values, samples=samples, now=now) for widget in dashboard.widgets],
        )
        for dashboard in dashboards
    ]


def _with_outputs(layers: Mapping[str, Mapping[str, Any]], environment: Environment) -> dict[str, Mapping[str, Any]]:
    """The layers with what was published when they were deployed, which knows the names that AWS has given."""
    states = States(session=environment.session(), backend=load_backend(), suffix=environment.suffix)
    published = {
        layer: {name: {"value": value} for name, value in outputs.items()}
        for layer, outputs in read_outputs(states, states.layers()).items()
    }
    return {
        name: {**document, "output": {**document.get("output", {}), **published.get(name, {})}}
        for name, document in layers.items()
    }


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInputError(f"{file} cannot be written: {error.strerror}") from None
