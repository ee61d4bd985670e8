"""The preview as one HTML file, which loads nothing from anywhere and runs no script."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ops.preview.card import Card
from ops.templates import templates_in

_FOLDER = Path(__file__).parent
STATES = {"OK": "OK", "ALARM": "In alarm", "INSUFFICIENT_DATA": "No data"}


@dataclass(frozen=True, kw_only=True)
class Page:
    """A dashboard under the name of its page, as cards."""

    name: str
    cards: Sequence[Card]


def render(pages: Sequence[Page], *, suffix: str, now: int) -> str:
    """The HTML. Everything is escaped; what is SVG already was when it was drawn."""
    return (
        templates_in(_FOLDER)
        .get_template("page.html.j2")
        .render(
            pages=pages,
            suffix=suffix,
            seen=datetime.fromtimestamp(now, UTC),
            states=STATES,
            has_samples=any(card.is_sample for page in pages for card in page.cards),
            style=(_FOLDER / "page.css").read_text(encoding="utf-8"),
        )
    )
