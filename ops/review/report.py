"""A review on a terminal: the verdict, and where the page is. And JSON for machines."""

from typing import Any

from rich.console import Console
from rich.markup import escape

from ops.account import Environment
from ops.plan.report import as_document as plan_as_document
from ops.review.content import Content
from ops.review.files import Files
from ops.review.model import Risk, Severity
from ops.review.wording import more_or_less, plural, span

_STYLES = {None: "green", Severity.LOW: "cyan", Severity.MEDIUM: "yellow", Severity.HIGH: "bold red"}


def print_review(console: Console, content: Content, files: Files, environment: Environment) -> None:
    """The verdict, the numbers, the open risks, and where the rest is."""
    verdict, made = content.verdict, content.review
    style = _STYLES[verdict.severity]
    console.print(f"[{style}]{escape(verdict.opening)}[/]: {escape(verdict.because)}", highlight=False, soft_wrap=True)
    numbers = [f"{number} {word}" for word, number in content.counts]
    if made.estimate:
        difference = made.estimate.total.difference
        numbers.append(f"{more_or_less(difference.expected)} a month ({span(difference)})")
    console.print(f"  {', '.join(numbers)}", highlight=False, soft_wrap=True)
    for handover in made.plan.handovers:
        console.print(f"  {handover.layer} {escape(handover.sentence)}", highlight=False, soft_wrap=True)
    for risk in made.open_risks:
        line = f"{risk.layer}: {risk.address}: {risk.reason}"
        word = f"[{_STYLES[risk.severity]}]{risk.severity.name.lower():6}[/]"
        console.print(f"  {word} {escape(line)}", highlight=False, soft_wrap=True)
    if content.accepted:
        console.print(f"  {plural(len(content.accepted), 'accepted risk')}, which the page shows", highlight=False)
    for path in (files.html, files.markdown):
        console.print(f"  {escape(environment.workspace.relative(path))}", highlight=False, soft_wrap=True)
    if not made.plan.is_empty:
        record = environment.workspace.relative(files.record)
        line = f"To deploy this and nothing else: python -m ops deploy {environment.command_line} --reviewed {record}"
        console.print(escape(line), highlight=False, soft_wrap=True)


def as_document(content: Content, files: Files) -> dict[str, Any]:
    """The same for machines."""
    made = content.review
    return {
        "environment": made.environment,
        "suffix": made.suffix,
        "account_id": made.account_id,
        "made": made.made.isoformat(),
        "revision": made.revision,
        "verdict": content.verdict.sentence,
        "severity": _word(made.severity),
        "risks": [_risk_document(risk) for risk in made.risks],
        "reach": [vars(reach) for reach in made.reach],
        "cost": _cost_document(content),
        "plan": plan_as_document(made.plan),
        "files": {"html": str(files.html), "markdown": str(files.markdown), "record": str(files.record)},
    }


def _risk_document(risk: Risk) -> dict[str, Any]:
    accepted = risk.accepted and {"reason": risk.accepted.reason, "until": risk.accepted.until.isoformat()}
    return {**vars(risk), "severity": _word(risk.severity), "accepted": accepted}


def _cost_document(content: Content) -> dict[str, dict[str, float]] | None:
    """Dollars a month, before and after."""
    if not content.review.estimate:
        return None
    total = content.review.estimate.total
    return {
        when: {load: float(dollars) for load, dollars in vars(cost).items()}
        for when, cost in (("before", total.before), ("after", total.after))
    }


def _word(severity: Severity | None) -> str | None:
    return None if severity is None else severity.name.lower()
