"""The Markdown of text widgets as HTML: headings, paragraphs, links, bold and code, which is what dashboards use."""

import re

from markupsafe import Markup, escape

_HEADING = re.compile(r"(#{1,6}) +(.+)")
# Nothing but an https address becomes a link: what else stands in brackets is shown as it is.
_SPANS = re.compile(r"\[([^\]]+)\]\((https://[^\s)]+)\)|\*\*(.+?)\*\*|`([^`]+)`")


def rendered(markdown: str) -> Markup:
    """The HTML of it; everything is escaped."""
    blocks = []
    for line in filter(None, markdown.splitlines()):
        heading = _HEADING.fullmatch(line)
        # The page's own headings are above those of a widget.
        level = min(len(heading[1]) + 1, 6) if heading else 0
        inside = _spans(heading[2] if heading else line)
        blocks.append(Markup("<h{0}>{1}</h{0}>").format(level, inside) if level else Markup("<p>{}</p>").format(inside))
    return Markup("\n").join(blocks)


def _spans(text: str) -> Markup:
    parts, last = [], 0
    for found in _SPANS.finditer(text):
        parts.append(escape(text[last : found.start()]))
        label, address, bold, code = found.groups()
        if address:
            parts.append(Markup('<a href="{}" rel="noreferrer">{}</a>').format(address, label))
        elif bold:
            parts.append(Markup("<strong>{}</strong>").format(bold))
        else:
            parts.append(Markup("<code>{}</code>").format(code))
        last = found.end()
    return Markup("").join([*parts, escape(text[last:])])
