"""Finds out whether an account is ready for a deployment, before one is half done. Changes nothing."""

from collections.abc import Callable
from functools import partial
from typing import Any

from rich.console import Console
from rich.markup import escape

from ops.account import Environment
from ops.backend import load_backend
from ops.checks.deployed import Deployed
from ops.preflight import account, names, quotas, service, tools
from ops.preflight.finding import Answer, Finding, Level, Question, ask, ask_all
from ops.report import print_indented
from ops.state import States
from ops.synth import synthesize

_MARKS = {
    Level.OK: ("✓", "green"),
    Level.NOTE: ("i", "blue"),
    Level.WARNING: ("!", "yellow"),
    Level.FAILURE: ("✗", "bold red"),
}


def look_ahead(environment: Environment) -> list[Finding]:
    """Everything that can be found out. Where the credentials are of no use, only that."""
    aws = Deployed(session=environment.session(), settings=environment.settings)
    here = [Question("terraform", tools.terraform), Question("node", tools.node)]
    findings = ask_all(here, aws)
    findings += ask(Question("credentials", partial(tools.identity, environment)), aws)
    if any(finding.level is Level.FAILURE for finding in findings):
        return findings
    return findings + ask_all(_questions(environment), aws)


def all_clear(findings: list[Finding]) -> bool:
    """Whether nothing is in the way of a deployment."""
    return not any(finding.level is Level.FAILURE for finding in findings)


def findings_as_document(environment: Environment, findings: list[Finding]) -> dict[str, Any]:
    """The findings for machines."""
    return {
        "environment": environment.suffix,
        "ready": all_clear(findings),
        "findings": [vars(finding) for finding in findings],
    }


def print_findings(console: Console, environment: Environment, findings: list[Finding]) -> None:
    """The findings for people: a line each, and below it what to do where something has to be done."""
    width = max(len(finding.topic) for finding in findings)
    symbols = console.is_terminal and "utf" in console.encoding.lower()
    for finding in findings:
        symbol, style = _MARKS[finding.level]
        mark = symbol if symbols else f"{finding.level:7}"
        line = f"[{style}]{mark}[/] [bold]{finding.topic:{width}}[/]  {escape(finding.text)}"
        console.print(line, highlight=False, soft_wrap=not console.is_terminal)
        if finding.remedy:
            print_indented(console, escape(finding.remedy), by=width + 4)
    _print_total(console, environment, findings)


def _questions(environment: Environment) -> list[Question]:
    backend = load_backend()
    with environment.workspace.reserved():
        synthesized = synthesize(environment)
    layers = list(synthesized.layers)
    known = States(session=environment.session(), backend=backend, suffix=environment.suffix)
    states = known.read_all(layers)
    deployed = not all(state.is_empty for state in states.values())

    def room(quota: quotas.Quota) -> Callable[[Deployed], Answer]:
        return lambda aws: quotas.room(quota, aws, deployed=deployed)

    return [
        Question("state", partial(account.state_backend, environment, backend)),
        Question("locks", partial(account.locks, environment, backend, layers)),
        Question("names", lambda _aws: names.names(environment, synthesized, states)),
        Question("buckets", names.buckets),
        Question("zones", service.zones),
        Question("certificate", service.certificate),
        Question("domain", service.hosted_zone),
        Question("engine", service.engine),
        Question("image", service.image),
        *(Question("quota", room(quota)) for quota in quotas.QUOTAS),
        Question("roles", service.service_linked_roles),
        Question("trail", account.trail),
        Question("costs", account.cost_tag),
        Question("runbooks", account.runbooks),
    ]


def _print_total(console: Console, environment: Environment, findings: list[Finding]) -> None:
    counts = {level: sum(finding.level is level for finding in findings) for level in Level}
    counted = f"{counts[Level.FAILURE]} failures, {counts[Level.WARNING]} warnings"
    if all_clear(findings):
        console.print(f"[green]Ready[/] to deploy {environment.suffix}: {counted}", highlight=False)
    else:
        console.print(f"[bold red]Not ready[/] to deploy {environment.suffix}: {counted}", highlight=False)
