"""What can be restored, how far that has come, and how long each part of it took."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rich.console import Console

from ops.account import Environment
from ops.checks import Check
from ops.progress import duration
from ops.restore.moment import Restorable, label, shown
from stacks.names import tags_of
from stacks.settings import Settings

_HEARTBEAT_SECONDS = 30
DRILL_TAG = "Drill"


@dataclass(frozen=True)
class Phase:
    """A part of the work. `begin` may find it done already; `waits_for` says what AWS is still at, or nothing."""

    title: str
    begin: Callable[[], object]
    waits_for: Callable[[], str] | None = None


class Marker(Protocol):
    """Something that a drill writes into what runs, and looks for in the copy."""

    def phase(self) -> Phase:
        """Write it, and wait until a restore would bring it back."""

    def is_in(self, copy: str) -> bool:
        """Whether it is in a copy, by the name of that."""

    def delete(self) -> None:
        """Take it out of what runs."""


@dataclass(frozen=True)
class Took:
    """How long a phase took."""

    title: str
    seconds: float


class Source(ABC):
    """What runs in an environment and can be restored beside itself. Every step may be repeated without harm."""

    kind: str
    layer: str

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.session = environment.session()
        self.settings = environment.settings

    @abstractmethod
    def restorable(self) -> Restorable:
        """What AWS can restore. Raises BadInputError where it can restore nothing."""

    @abstractmethod
    def with_copy(self, copy: str) -> Settings:
        """The settings with which the environment uses a copy."""

    @abstractmethod
    def name(self, settings: Settings) -> str:
        """What AWS knows the thing by under these settings."""

    @abstractmethod
    def tags_of(self, copy: str) -> dict[str, str] | None:
        """The tags of a copy; None where there is no such copy."""

    @abstractmethod
    def phases(self, moment: datetime, tags: dict[str, str]) -> Sequence[Phase]:
        """What it takes to make a copy, in order."""

    @abstractmethod
    def checks(self) -> Sequence[Check]:
        """What a copy has to pass before it may be used."""

    @abstractmethod
    def remarks(self, copy: str) -> Sequence[str]:
        """What a person should know of a copy beyond that."""

    @abstractmethod
    def removal(self, copy: str) -> Sequence[Phase]:
        """What it takes to be rid of a copy. Only a drill does that, and only to its own."""

    def marker(self) -> Marker | None:
        """What can be written to see it restored; None where only a user of the database could write."""
        return None

    @property
    def running(self) -> str:
        """What AWS knows the thing by that runs."""
        return self.name(self.settings)

    def tags(self, moment: datetime, *, drill: str | None) -> dict[str, str]:
        """What a copy is tagged with: as the layer would, and what it is."""
        tags = {
            **tags_of(self.settings, layer=self.layer, managed_by="ops-restore"),
            "RestoredFrom": self.running,
            "RestoredTo": shown(moment),
        }
        return {**tags, DRILL_TAG: drill} if drill else tags

    def copy_name(self, moment: datetime) -> str:
        """What AWS will know a copy by."""
        return self.name(self.with_copy(label(moment)))


@dataclass(frozen=True)
class Work:
    """Goes through phases while a person watches."""

    console: Console
    poll_seconds: float

    def through(self, phases: Sequence[Phase]) -> list[Took]:
        """Do one after the other; how long each took."""
        return [self._through(phase) for phase in phases]

    def _through(self, phase: Phase) -> Took:
        began = spoke = time.monotonic()
        with self.console.status(phase.title) if self.console.is_terminal else nullcontext() as status:
            phase.begin()
            while phase.waits_for and (waiting := phase.waits_for()):
                passed = time.monotonic() - began
                if status:
                    status.update(f"{phase.title}: {waiting} ({duration(passed)})")
                elif time.monotonic() - spoke > _HEARTBEAT_SECONDS:
                    spoke = time.monotonic()
                    self._say(f"  {phase.title}: {waiting} ({duration(passed)})")
                time.sleep(self.poll_seconds)
        took = Took(phase.title, time.monotonic() - began)
        self._say(f"  {phase.title}: {duration(took.seconds)}")
        return took

    def _say(self, text: str) -> None:
        self.console.print(text, highlight=False, markup=False, soft_wrap=True)


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    """Tags as most services want them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
