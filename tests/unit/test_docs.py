"""What the pages show exists, and what exists is on the pages."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.unit.synthesized import Synthesized

# isort: split

from ops.audit.configuration import Configuration
from ops.detection import page as detection
from ops.review.cost.page import COMMAND, PAGE, written
from stacks.alerting import Alerting
from stacks.backup import Backup
from stacks.base import AnyLayer
from stacks.compute import Compute
from stacks.database import Database
from stacks.keys import Keys
from stacks.monitoring import Monitoring
from stacks.network import Network
from stacks.registry import Registry
from stacks.settings_file import load_settings
from stacks.storage import Storage

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
RUNBOOKS = DOCS / "runbooks"
PAGES = sorted(page for pattern in ("*.md", "docs/**/*.md", "app/**/*.md") for page in ROOT.glob(pattern))
LAYERS: tuple[type[AnyLayer], ...] = (
    Keys,
    Alerting,
    Registry,
    Network,
    Storage,
    Database,
    Compute,
    Backup,
    Monitoring,
)

pytestmark = pytest.mark.requirement("Q-2")

FENCED = re.compile(r"^ *```.*?\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
SECONDS = re.compile(r"([\d,]+) s")


@dataclass(frozen=True)
class Watched:
    """What the page says of an alarm, or what is synthesized."""

    layer: str
    severity: str
    runbook: str
    seconds: int | None


def in_code(page: Path) -> Iterator[str]:
    """Everything on a page that is set as code: blocks whole, and words in a line."""
    text = page.read_text(encoding="utf-8")
    yield from FENCED.findall(text)
    yield from INLINE.findall(FENCED.sub("", text))


def shown(pattern: str) -> set[tuple[str, str]]:
    """What a pattern's first group finds in the code of all pages, with the page it is on."""
    return {
        (found, str(page.relative_to(ROOT)))
        for page in PAGES
        for code in in_code(page)
        for found in re.findall(pattern, code, re.MULTILINE)
    }


def between(page: Path, begin: str, end: str) -> str:
    """The part of a page between two marks."""
    text = page.read_text(encoding="utf-8")
    return text[text.index(begin) + len(begin) : text.index(end)]


def rows(table: str) -> list[list[str]]:
    """The cells of a Markdown table, without its head."""
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def linked(text: str) -> set[str]:
    """The files that a page links to, without their suffix."""
    return {Path(target).stem for target in LINK.findall(text) if target.endswith(".md")}


@cache
def slugs(page: Path) -> frozenset[str]:
    """The anchors that GitHub gives to a page's headings."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)


@pytest.fixture(scope="module")
def example(environment: Synthesized) -> dict[str, dict[str, Any]]:
    """The resources of each layer, by type."""
    return {layer: document["resource"] for layer, document in environment.layers.items()}


@pytest.fixture(scope="module")
def runbooks_of_stacks(example: dict[str, dict[str, Any]]) -> set[str]:
    """The pages that the messages of alarms and events link to."""
    return set(re.findall(r"/docs/runbooks/([a-z0-9-]+)\.md", json.dumps(example)))


def alarms_of(example: dict[str, dict[str, Any]]) -> dict[str, Watched]:
    """Every alarm that is synthesized, by the name that the page uses."""
    found = {}
    for layer, resources in example.items():
        for alarm in resources.get("aws_cloudwatch_metric_alarm", {}).values():
            queries = [query["metric"]["period"] for query in alarm.get("metric_query", []) if "metric" in query]
            period = max(queries, default=0) or alarm["period"]
            seconds = period * alarm["datapoints_to_alarm"]
            found[bare(alarm["alarm_name"])] = described(layer, alarm, seconds=seconds)
        for alarm in resources.get("aws_cloudwatch_composite_alarm", {}).values():
            if "actions_suppressor" in alarm:  # which tells of another one, and has its name
                continue
            found[bare(alarm["alarm_name"])] = described(layer, alarm, seconds=None)
    return found


def described(layer: str, alarm: dict[str, Any], *, seconds: int | None) -> Watched:
    runbook = re.search(r"/([a-z0-9-]+)\.md$", alarm["alarm_description"])
    assert runbook, f"{alarm['alarm_name']} links to no runbook"
    return Watched(layer=layer, severity=alarm["tags"]["Severity"], runbook=runbook[1], seconds=seconds)


def bare(name: str) -> str:
    """The name without the type before it and the suffix behind it."""
    return name.split("-", 1)[1].removesuffix("-local")


def test_every_make_target_that_is_shown_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    unknown = {use for use in shown(r"(?:^|[;&|] *)make ([a-z][a-z-]*)") if use[0] not in targets}
    assert not unknown


def test_every_command_that_is_shown_exists() -> None:
    # Read, not imported: the command line brings half of boto3 with it.
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "ops" / "commands").glob("*.py"))
    commands = {name.replace("_", "-") for name in re.findall(r"^@app\.command\(\)\ndef (\w+)\(", source, re.MULTILINE)}
    commands |= set(re.findall(r"^app\.add_typer\(\w+, name=\"([a-z-]+)\"", source, re.MULTILINE))
    assert len(commands) > 8
    uses = shown(r"(?:-m |^)ops ([a-z][a-z-]*)")
    assert uses, "the pages show no command at all"
    assert not {use for use in uses if use[0] not in commands}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    dead = []
    for target in LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in slugs(file)):
            dead.append(target)
    assert not dead


def test_every_alarm_and_event_has_its_runbook(runbooks_of_stacks: set[str]) -> None:
    assert runbooks_of_stacks, "no message links to a runbook"
    assert runbooks_of_stacks <= {page.stem for page in RUNBOOKS.glob("*.md")}


def test_every_runbook_is_in_the_index_once_and_says_what_to_do() -> None:
    pages = {page.stem for page in RUNBOOKS.glob("*.md")} - {"README"}
    assert linked((RUNBOOKS / "README.md").read_text(encoding="utf-8")) == pages
    parts = ["What you see", "Is it real", "What to do", "How to know it is over", "Afterwards"]
    for page in pages:
        text = (RUNBOOKS / f"{page}.md").read_text(encoding="utf-8")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == parts, page


def test_every_decision_is_in_the_index() -> None:
    pages = {page.stem for page in (DOCS / "decisions").glob("*.md")} - {"README"}
    assert linked((DOCS / "decisions/README.md").read_text(encoding="utf-8")) == pages


@pytest.mark.requirement("OBS-2", "OBS-5")
def test_the_alarm_table_tells_of_every_alarm_and_no_other(example: dict[str, dict[str, Any]]) -> None:
    table = between(DOCS / "monitoring.md", "<!-- alarms -->", "<!-- end of alarms -->")
    told = {}
    for name, layer, _watches, _limit, _missing, severity, detected, runbook in rows(table):
        seconds = SECONDS.fullmatch(detected)
        told[name.strip("`")] = Watched(
            layer=layer,
            severity=severity,
            runbook=linked(runbook).pop(),
            seconds=int(seconds[1].replace(",", "")) if seconds else None,
        )
    assert told == alarms_of(example)


@pytest.mark.requirement("OBS-2", "OBS-5")
def test_the_page_on_monitoring_tells_how_fast_each_failure_is_detected(environment: Synthesized) -> None:
    configuration = Configuration(layers=environment.layers, account_id=environment.settings.environment.account_id)
    page = (DOCS / "monitoring.md").read_text(encoding="utf-8")
    stale = detection.written(page, configuration) != page
    assert not stale, f"docs/monitoring.md is not what the layers say. Write it again: {detection.COMMAND}"


def test_the_event_table_tells_of_every_event_and_no_other(example: dict[str, dict[str, Any]]) -> None:
    told = {
        (name.strip("`"), layer, linked(runbook).pop())
        for name, layer, _tells, runbook in rows(between(DOCS / "monitoring.md", "## Events", "## Dashboards"))
    }
    synthesized = set()
    for layer, resources in example.items():
        targets = resources.get("aws_cloudwatch_event_target", {})
        for rule_id, rule in resources.get("aws_cloudwatch_event_rule", {}).items():
            if not rule_id.startswith("event-"):
                continue  # it tells people nothing, but starts something
            template = targets[f"{rule_id}-target"]["input_transformer"]["input_template"]
            synthesized.add(
                (bare(rule["name"]), layer, linked(f"[]({template.rsplit(' ', 1)[1].strip(chr(34))})").pop())
            )
    assert told == synthesized


@pytest.mark.requirement("ENV-5")
def test_the_page_on_architecture_tells_what_each_layer_publishes() -> None:
    table = between(DOCS / "architecture.md", "## Layers", "The order follows")
    told = {layer.strip("`"): re.findall(r"`(\w+)`", published) for layer, published, _read_by in rows(table)}
    assert told == {layer.layer: [field.name for field in fields(layer.outputs)] for layer in LAYERS}


@pytest.mark.requirement("COST-1")
def test_the_page_on_cost_has_the_prices_and_assumptions_of_a_review(environment: Synthesized) -> None:
    page = PAGE.read_text(encoding="utf-8")
    stale = written(page, environment.layers) != page
    assert not stale, f"docs/cost.md is not what the code says. Write it again: {COMMAND}"


@pytest.mark.requirement("COST-1")
@pytest.mark.parametrize("section", ["service", "database", "network", "backup", "monitoring"])
def test_the_example_costs_what_the_local_environment_would(section: str) -> None:
    assert getattr(load_settings("example"), section) == getattr(load_settings("local"), section)


@pytest.mark.requirement("COST-1")
def test_the_estimate_counts_what_is_synthesized(example: dict[str, dict[str, Any]]) -> None:
    items = rows(between(DOCS / "cost.md", "<!-- estimate -->", "<!-- end of estimate -->"))
    told = {cells[0]: Decimal(cells[4].replace(",", "")) for cells in items[:-1]}
    every: dict[str, list[dict[str, Any]]] = {}
    for resources in example.values():
        for resource_type, made in resources.items():
            every.setdefault(resource_type, []).extend(made.values())
    watched = sum(
        len([query for query in alarm.get("metric_query", []) if "metric" in query]) or 1
        for alarm in every["aws_cloudwatch_metric_alarm"]
    )
    interfaces = [one for one in every["aws_vpc_endpoint"] if one["vpc_endpoint_type"] == "Interface"]
    hours, zones, alarms_of_a_policy = 730, 3, 2
    assert told["KMS keys"] == len(every["aws_kms_key"])
    assert told["Dashboards"] == len(every["aws_cloudwatch_dashboard"])
    assert told["WAF rules"] == len(every["aws_wafv2_web_acl"][0]["rule"])
    assert told["Interface endpoints"] == len(interfaces) * zones * hours
    assert told["Metrics that alarms watch"] == watched + alarms_of_a_policy * len(every["aws_appautoscaling_policy"])


def test_every_figure_that_a_page_promises_is_there() -> None:
    """A part that a command writes is empty until the command was run."""
    parts = [
        (page.name, part[1])
        for page in sorted(DOCS.glob("*.md"))
        for part in re.finditer(r"<!-- ([a-z]+) -->\s*<!-- end of \1 -->", page.read_text(encoding="utf-8"))
    ]
    assert parts == []
