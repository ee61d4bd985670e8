"""The review as Markdown for a comment on a pull request, in as much detail as GitHub takes."""

import html
import re
from collections.abc import Iterator

from ops.plan.changes import Action
from ops.review.content import Content, Touched, TouchedLayer, reached
from ops.review.details import Detail, Details
from ops.review.lines import clipped
from ops.review.model import Risk, Severity
from ops.review.wording import ORDER, PARTICIPLES, money, more_or_less, plural, sentence, span

# GitHub's limit for a comment is 65,536 characters; some are for a link to the page, which the pipeline adds.
LIMIT = 65_000
_ROOM_FOR_RISKS = 30_000
_ROOM_FOR_READERS = 5_000
_MOST_ITEMS = 10
_LONGEST_REASON = 400
_LONGEST_LINE = 300
_ALERTS = {None: "TIP", Severity.LOW: "NOTE", Severity.MEDIUM: "WARNING", Severity.HIGH: "CAUTION"}
_MARKDOWN = re.compile(r"([\\`*_\[\]()#|~!])")


def written(content: Content) -> str:
    """The comment: the verdict and the risks always, details as far as there is room, and what was left out."""
    head = "\n".join([*_head(content), *_risks(content), *_readers(content)])
    tail = "\n".join(_cost(content))
    room = LIMIT - len(head) - len(tail)
    return "\n".join([head, *_changes(content, room), tail]).rstrip() + "\n"


def _head(content: Content) -> Iterator[str]:
    review, verdict = content.review, content.verdict
    numbers = [f"**{number}** {word}" for word, number in content.counts]
    if review.estimate:
        numbers.append(f"**{more_or_less(review.estimate.total.difference.expected)}** a month")
    numbers.append(f"**{len(review.open_risks)}** open risk{'' if len(review.open_risks) == 1 else 's'}")
    yield f"## Review of {_code(review.suffix)}\n"
    yield f"> [!{_ALERTS[verdict.severity]}]"
    yield f"> **{_text(verdict.opening)}:** {_text(clipped(verdict.because, longest=_LONGEST_REASON))}\n>"
    yield f"> {' · '.join(numbers)}\n"
    revision = f", revision {_code(review.revision)}" if review.revision else ""
    yield f"Account {review.account_id}, planned {review.made:%d %B %Y, %H:%M %Z}{revision}.\n"


def _risks(content: Content) -> Iterator[str]:
    if not content.review.risks and not content.expired:
        return
    yield "### Risks\n"
    yield from _as_many("risk", [_risk(risk) for risk in content.review.open_risks], room=_ROOM_FOR_RISKS)
    if content.accepted:
        accepted = [_risk(risk) for risk in content.accepted]
        yield f"\n<details><summary>{plural(len(accepted), 'accepted risk')}</summary>\n"
        yield from _as_many("risk", accepted, room=_ROOM_FOR_READERS)
        yield "\n</details>\n"
    yield from _as_many("expired acceptance", [f"- {_text(one)}" for one in content.expired], room=_ROOM_FOR_READERS)
    yield ""


def _risk(risk: Risk) -> str:
    reason = _text(sentence(clipped(risk.reason, longest=_LONGEST_REASON)))
    if risk.accepted:
        because = _text(sentence(clipped(risk.accepted.reason, longest=_LONGEST_REASON)))
        reason = f"{reason} Accepted until {risk.accepted.until:%d %B %Y}: {because}"
    return (
        f"- **{risk.severity.name.lower()}**: {reason} ({risk.layer}: {_code(risk.address)}, rule {_code(risk.rule)})"
    )


def _readers(content: Content) -> Iterator[str]:
    if content.review.reach:
        yield "### Who reads what changes\n"
        said = [f"- {_text(reached(reach))}" for reach in content.review.reach]
        yield from _as_many("output", said, room=_ROOM_FOR_READERS)
        yield ""


def _as_many(thing: str, lines: list[str], *, room: int) -> Iterator[str]:
    """As many lines as there is room for, and how many there are besides."""
    for position, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            yield f"- and {plural(len(lines) - position, f'more {thing}')}, which the page has"
            return
        yield line


def _changes(content: Content, room: int) -> Iterator[str]:
    yield "### Changes\n"
    if content.review.plan.is_empty:
        yield f"Nothing would change, in none of {plural(len(content.review.plan.layers), 'layer')}.\n"
        return
    unchanged = f"As before: {', '.join(content.unchanged)}.\n" if content.unchanged else ""
    headings = {layer.name: _heading(layer) for layer in content.layers}
    # Some is left for the note on what is left out.
    room -= sum(map(len, headings.values())) + len(unchanged) + 500
    chosen, note = _chosen([touched for layer in content.layers for touched in layer.resources], room)
    for layer in content.layers:
        yield headings[layer.name]
        yield from (f"- {_text(handover.sentence)}" for handover in layer.handovers)
        yield from (chosen[one.anchor] for one in layer.resources if one.anchor in chosen)
        yield ""
    yield unchanged + note


def _heading(layer: TouchedLayer) -> str:
    counts = ", ".join(f"{number} {PARTICIPLES[action]}" for action, number in layer.counts)
    counts = counts or ("only handed over" if layer.handovers else "only outputs change")
    return f"**{_text(layer.name)}**: {counts}\n"


def _chosen(resources: list[Touched], room: int) -> tuple[dict[str, str], str]:
    """What is said of each resource: at first its name, then all of it, as long as there is room."""
    by_weight = sorted(resources, key=lambda one: ORDER.index(one.change.action))
    chosen: dict[str, str] = {}
    # However many there are, what is lost is shown in full.
    kept = room // 3
    for one in by_weight:
        name = f"- {one.change.action} {_code(one.change.address)}"
        if len(name) < room - kept:
            chosen[one.anchor] = name
            room -= len(name) + 1
    without_details = 0
    for one in by_weight:
        if one.anchor not in chosen:
            continue
        full = _resource(one)
        more = len(full) - len(chosen[one.anchor])
        if more < room:
            chosen[one.anchor] = full
            room -= more
        else:
            without_details += 1
    return chosen, _left_out(unnamed=len(resources) - len(chosen), without_details=without_details)


def _left_out(*, unnamed: int, without_details: int) -> str:
    if not unnamed and not without_details:
        return ""
    parts = [f"the details of {plural(without_details, 'resource')}"] if without_details else []
    parts += [f"{plural(unnamed, 'resource')} altogether"] if unnamed else []
    return (
        f"**Left out here**, because a comment has no room for it: {', and '.join(parts)}. The page has everything.\n"
    )


def _resource(touched: Touched) -> str:
    change = touched.change
    holds = " (holds data)" if change.loses_data else ""
    body = "\n".join(_diff(touched.details, change.action))
    fence = _fence(body, shortest=3)
    summary = f"{change.action} <code>{html.escape(_one_line(change.address))}</code>{holds}"
    return f"<details><summary>{summary}</summary>\n\n{fence}diff\n{body}\n{fence}\n\n</details>\n"


def _diff(details: Details, action: Action) -> Iterator[str]:
    for detail in details.attributes:
        yield from (clipped(line, longest=_LONGEST_LINE) for line in _attribute(detail, action))
    if details.decided_by_aws:
        yield f"  known after apply: {', '.join(details.decided_by_aws)}"


def _attribute(detail: Detail, action: Action) -> Iterator[str]:
    remarks = [detail.note] if detail.note else []
    if detail.replaces:
        remarks.append("replaces it")
    remark = f" ({', '.join(remarks)})" if remarks else ""
    if detail.lines:
        yield f"@@ {detail.name}{remark} @@"
        yield from (f"{line.sign} {line.text}" for line in detail.lines)
    elif detail.name == "tags":
        yield f"  tags: {detail.after}"
    elif detail.before == detail.after:
        yield f"  {detail.name}: {_one_line(detail.after)}{remark}"
    else:
        if action is not Action.CREATE:
            yield f"- {detail.name}: {_one_line(detail.before)}"
        if action is not Action.DESTROY:
            yield f"+ {detail.name}: {_one_line(detail.after)}{remark}"


def _cost(content: Content) -> Iterator[str]:
    estimate = content.review.estimate
    if not estimate:
        return
    total = estimate.total
    yield "### Cost\n"
    if not estimate.changed:
        yield f"The plan changes nothing of it: {money(total.after.expected)} a month.\n"
        return
    yield (
        f"**{more_or_less(total.difference.expected)} a month** ({span(total.difference)}, by load): "
        f"from {money(total.before.expected)} to {money(total.after.expected)}, at {_text(estimate.prices.origin)}.\n"
    )
    yield "<details><summary>By resource</summary>\n"
    yield "| Resource | For | Before | After | Difference |\n|---|---|--:|--:|--:|"
    for item in estimate.changed[:_MOST_ITEMS]:
        yield (
            f"| {item.layer}: {_code(item.address)} | {_text(item.price.what)} | {money(item.cost.before.expected)} "
            f"| {money(item.cost.after.expected)} | {more_or_less(item.cost.difference.expected)} |"
        )
    if len(estimate.changed) > _MOST_ITEMS:
        yield f"\nAnd {plural(len(estimate.changed) - _MOST_ITEMS, 'smaller difference')}."
    yield "\n</details>"


def _text(text: str) -> str:
    """Words as they are: neither HTML, nor Markdown, nor a mention of somebody."""
    return _MARKDOWN.sub(r"\\\1", html.escape(_one_line(text), quote=False)).replace("@", "@\N{ZERO WIDTH SPACE}")


def _code(text: str) -> str:
    text = _one_line(text).replace("|", "\N{BROKEN BAR}")
    fence = _fence(text, shortest=1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _fence(text: str, *, shortest: int) -> str:
    """More backticks than any that the text has in a row."""
    return "`" * max([shortest, *(len(run) + 1 for run in re.findall(r"`+", text))])


def _one_line(text: str) -> str:
    return " ".join(text.split())
