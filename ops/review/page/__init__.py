"""The review as one HTML file, which loads nothing from anywhere and runs no script."""

from pathlib import Path

from markupsafe import Markup, escape

from ops.review.content import Content, anchor, reached
from ops.review.wording import PARTICIPLES, money, more_or_less, name_of, plural, sentence, span
from ops.templates import templates_in

_FOLDER = Path(__file__).parent
_KINDS = {"-": "goes", "+": "comes", " ": "stays", "…": "left-out"}
_MOST_ITEMS = 15


def render(content: Content) -> str:
    """The page. Everything but the picture, which is SVG already, is escaped."""
    environment = templates_in(_FOLDER)
    environment.globals |= {
        "anchor": anchor,
        "kinds": _KINDS,
        "money": money,
        "most_items": _MOST_ITEMS,
        "more_or_less": more_or_less,
        "name_of": name_of,
        "participles": PARTICIPLES,
        "plural": plural,
        "reached": reached,
        "sentence": sentence,
        "span": span,
    }
    environment.filters["breakable"] = _breakable
    style = (_FOLDER / "page.css").read_text(encoding="utf-8")
    return environment.get_template("page.html.j2").render(content=content, review=content.review, style=style)


def _breakable(name: str) -> Markup:
    """A name that a narrow page breaks where a reader would."""
    return escape(name).replace(".", Markup(".<wbr>")).replace("_", Markup("_<wbr>"))
