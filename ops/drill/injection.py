"""How a failure is brought about: by an experiment of AWS Fault Injection Service, or else by plain calls."""

from dataclasses import dataclass
from typing import Protocol
from uuid import uuid4

import boto3
from botocore.exceptions import ClientError

from ops.account import Environment
from ops.drill.scenarios import Scenario
from ops.drill.subject import Subject
from ops.errors import BadInputError
from stacks.names import names_of

_NOT_ALLOWED = {"AccessDenied", "AccessDeniedException", "UnauthorizedException"}
_AT_WORK = {"pending", "initiating", "running", "stopping"}


class Injection(Protocol):
    """A failure that is under way."""

    @property
    def how(self) -> str:
        """What was done, in words."""

    def at_work(self) -> bool:
        """Whether it still lasts."""

    def outcome(self) -> str:
        """How it ended, or where it is."""

    def stop(self) -> None:
        """End it before its time."""


@dataclass(frozen=True)
class Experiment:
    """An experiment that was started."""

    session: boto3.Session
    id: str
    template: str

    @property
    def how(self) -> str:
        """Its name and id, by which its log lines are found."""
        return f"experiment {self.id} of Fault Injection Service, from the template {self.template}"

    def at_work(self) -> bool:
        """Whether it still does something, or waits to undo it."""
        return self._state()["status"] in _AT_WORK

    def outcome(self) -> str:
        """Its status, and the reason where AWS gives one."""
        state = self._state()
        return f"{state['status']}: {state['reason']}" if state.get("reason") else state["status"]

    def stop(self) -> None:
        """Let AWS undo what it has done."""
        if self.at_work():
            self.session.client("fis").stop_experiment(id=self.id)

    def _state(self) -> dict[str, str]:
        state: dict[str, str] = self.session.client("fis").get_experiment(id=self.id)["experiment"]["state"]
        return state


@dataclass(frozen=True)
class PlainCalls:
    """Calls that are over as soon as they are made."""

    how: str

    def at_work(self) -> bool:
        """Never: nothing has to be undone."""
        return False

    def outcome(self) -> str:
        """The calls were answered."""
        return "done"

    def stop(self) -> None:
        """There is nothing to stop."""


def inject(environment: Environment, subject: Subject, scenario: Scenario, *, zone: str) -> Injection:
    """Bring the failure about. Raises BadInputError when there is no way to do that here."""
    session = environment.session()
    name = names_of(environment.settings)("experiment", scenario.experiment.format(zone=zone))
    try:
        template = _template(session, name)
        if template is None:
            return _by_hand(session, subject, scenario, zone=zone, why=f"there is no experiment {name}")
        started = session.client("fis").start_experiment(
            clientToken=str(uuid4()), experimentTemplateId=template, tags={"Name": name}
        )
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NOT_ALLOWED:
            raise
        return _by_hand(session, subject, scenario, zone=zone, why="you may not start experiments")
    return Experiment(session, id=started["experiment"]["id"], template=name)


def _template(session: boto3.Session, name: str) -> str | None:
    pages = session.client("fis").get_paginator("list_experiment_templates").paginate()
    found = [one["id"] for page in pages for one in page["experimentTemplates"] if one["tags"].get("Name") == name]
    return found[0] if found else None


def _by_hand(session: boto3.Session, subject: Subject, scenario: Scenario, *, zone: str, why: str) -> PlainCalls:
    if scenario.by_hand is None:
        raise BadInputError(
            f"{scenario.name} can only be rehearsed by Fault Injection Service, and {why}.\n"
            "  enabled of [game_days] makes the experiments; fis:StartExperiment lets you start them.\n"
            "  Without it: python -m ops drill ENV database, or tasks."
        )
    scenario.by_hand(session, subject, zone)
    return PlainCalls(how=f"plain calls of AWS's API, because {why}")
