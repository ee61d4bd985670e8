"""Asks before anything happens to a real account."""

import sys
from dataclasses import dataclass

from rich.console import Console

from ops.account import Environment
from ops.errors import BadInputError
from ops.plan.changes import Plan
from ops.plan.report import print_plan
from ops.progress import counted
from ops.synth import Synthesized


@dataclass(frozen=True)
class Confirmation:
    """Asks a person about one environment; `yes` answers for them, and the embedded AWS needs no asking."""

    environment: Environment
    console: Console
    yes: bool

    def of_deploy(self, synthesized: Synthesized, layers: list[str], plan: Plan | None) -> None:
        """Raise BadInputError unless the person wants what is planned, or where nothing is, these layers."""
        if plan and not self.environment.embedded:
            print_plan(self.console, plan)
        touched = [name for name in layers if plan is None or plan.touches(name)]
        resources = sum(synthesized.layers[name].resources for name in touched)
        both = f"{counted(len(touched), 'layer')} with {counted(resources, 'resource')}"
        what = both if plan is None else ", ".join(touched)
        self.console.print(f"Applies {what} as [bold]{self.environment.suffix}[/] to {self._where}.", soft_wrap=True)
        self._ask(expected="yes", question="Go ahead? Only 'yes' does:")

    def of_destroy(self, layers: list[str]) -> None:
        """Raise BadInputError unless the person types the environment's suffix."""
        if not self.environment.embedded:
            self.console.print(
                f"[bold red]Destroys[/] all {len(layers)} layers of [bold]{self.environment.suffix}[/] in "
                f"{self._where}: the database and its backups, the files, the keys. There is no way back."
            )
        self._ask(expected=self.environment.suffix, question="To go ahead, type the environment's suffix:")

    def of_unlock(self, layers: list[str]) -> None:
        """Raise BadInputError unless the person is sure that nobody is at work on these layers."""
        self.console.print(
            f"Releases the locks on {', '.join(layers)}. If somebody is at work after all, that can ruin the state."
        )
        self._ask(expected="yes", question="Is nobody at work? Only 'yes' goes on:")

    def of_restore(self, layer: str, version: str, *, resources: int) -> None:
        """Raise BadInputError unless the person wants an old version of a state back."""
        self.console.print(
            f"Makes version {version} the state of [bold]{layer}[/] of {self.environment.suffix}: "
            f"{counted(resources, 'resource')}. What exists does not change.",
            soft_wrap=True,
        )
        self._ask(expected="yes", question="Go ahead? Only 'yes' does:")

    def of_drill(self, sentence: str) -> None:
        """Raise BadInputError unless the person types the environment's suffix: this is a failure, made on purpose."""
        self.console.print(
            f"Brings about in [bold]{self.environment.suffix}[/], in {self._where}: {sentence}.", soft_wrap=True
        )
        self._ask(expected=self.environment.suffix, question="To go ahead, type the environment's suffix:")

    def of_shift(self, sentence: str) -> None:
        """Raise BadInputError unless the person wants traffic to go elsewhere."""
        self.console.print(f"{sentence} in {self._where}.", soft_wrap=True)
        self._ask(expected="yes", question="Go ahead? Only 'yes' does:")

    def of_copy(self, name: str, *, of: str, moment: str, begun: bool) -> None:
        """Raise BadInputError unless the person wants a copy, which costs money as long as it is there."""
        what = "Goes on with" if begun else "Makes"
        self.console.print(
            f"{what} [bold]{name}[/], a copy of {of} as it was at {moment}, beside it in {self._where}.",
            soft_wrap=True,
            highlight=False,
        )
        self._ask(expected="yes", question="Go ahead? Only 'yes' does:")

    @property
    def _where(self) -> str:
        if self.environment.embedded:
            return "the embedded AWS"
        return f"account {self.environment.account_id}, {self.environment.settings.environment.region}"

    def _ask(self, *, expected: str, question: str) -> None:
        if self.yes or self.environment.embedded:
            return
        if not sys.stdin.isatty():
            raise BadInputError("There is nobody to ask: add --yes to go ahead without.")
        if self.console.input(f"{question} ").strip() != expected:
            raise BadInputError("Nothing was done.")
