"""`ops recover`: after a kill, a lock that nobody holds is released, and what no state knows of is adopted."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from ops.account import Environment
from ops.backend import Backend, load_backend
from ops.deploy import prepare_account
from ops.errors import OpsError
from ops.interrupt import Interrupt
from ops.locks import Locks
from ops.progress import counted
from ops.recover.abandoned import Abandoned
from ops.recover.account import Account
from ops.recover.adoption import Adopted, Adoption
from ops.recover.digests import mend_digest
from ops.state import States
from ops.synth import Layer, Synthesized, synthesize
from ops.terraform import terraform_for


@dataclass
class Recovered:
    """What was done: plugins ended, layers whose lock or digest was set right, resources adopted or left out."""

    ended: int = 0
    released: list[str] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    adopted: list[Adopted] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to do."""
        return not (self.ended or self.released or self.digests or self.adopted)


def recover(environment: Environment, *, console: Console) -> Recovered:
    """Bring the states and the account together again, without deleting anything in the account.

    Raises BadInputError when somebody may be at work on a state that is locked.
    """
    backend = load_backend()
    with environment.workspace.reserved():
        synthesized = synthesize(environment)
        prepare_account(environment, backend, console=console)
        recovery = _Recovery(environment, backend, synthesized, console)
        return recovery.run()


class _Recovery:
    """One run over all layers."""

    def __init__(self, environment: Environment, backend: Backend, synthesized: Synthesized, console: Console) -> None:
        self._environment = environment
        self._backend = backend
        self._synthesized = synthesized
        self._console = console
        self._interrupt = Interrupt()
        self._terraform = terraform_for(synthesized, workspace=environment.workspace, interrupt=self._interrupt)
        self._states = States(session=environment.session(), backend=backend, suffix=environment.suffix)
        self._logs = environment.workspace.new_log_folder("recover", now=datetime.now().astimezone())
        self._done = Recovered()
        self._abandoned = Abandoned(
            environment=environment,
            layers=synthesized.layers,
            locks=Locks(session=environment.session(), backend=backend, suffix=environment.suffix),
            terraform=self._terraform,
            logs=self._logs,
            say=self._say,
        )

    def run(self) -> Recovered:
        with self._interrupt.listening():
            self._done.ended = self._abandoned.end_processes()
            self._done.released = self._abandoned.release_locks()
            self._mend_digests()
            self._adopt()
        if self._done.is_empty:
            self._say(
                f"There is nothing to recover: no lock is held, and no state of {self._environment.suffix} lacks "
                "anything that exists."
            )
        else:
            self._say(f"Go on where it ended: python -m ops deploy {self._environment.command_line}")
        return self._done

    def _mend_digests(self) -> None:
        session, suffix = self._environment.session(), self._environment.suffix
        for name in self._synthesized.layers:
            if mend_digest(session, self._backend, suffix=suffix, layer=name):
                self._done.digests.append(name)
                self._say(f"Set right the digest of the state of {name}.")

    def _adopt(self) -> None:
        """Layer by layer: one that builds on another that is not whole yet cannot have been begun."""
        states = {name: self._states.read(name) for name in self._synthesized.layers}
        for name, layer in self._synthesized.layers.items():
            account = Account(
                layers={each.name: each.configuration for each in self._synthesized.layers.values()},
                account_id=self._environment.account_id,
                session=self._environment.session(),
                states=states,
            )
            if not all(account.is_whole(producer) for producer in layer.dependencies):
                continue
            candidates = {
                f"{resource.type}.{resource.name}": identity
                for resource in account.unrecorded(name)
                if (identity := account.identity(resource))
            }
            if candidates:
                self._report(self._adopt_into(layer, candidates))
                states[name] = self._states.read(name)

    def _adopt_into(self, layer: Layer, candidates: dict[str, str]) -> Adopted:
        self._say(
            f"Looking for {counted(len(candidates), 'resource')} that the state of {layer.name} does not know ..."
        )
        log = self._log(layer.name)
        if self._terraform.initialise(layer, log=log) != 0:
            raise OpsError(f"Terraform could not be initialised for {layer.name}.\n  Log: {log}")
        return Adoption(terraform=self._terraform, layer=layer, log=log).adopt(candidates)

    def _report(self, adopted: Adopted) -> None:
        if adopted.taken or adopted.refused:
            self._done.adopted.append(adopted)
        for address, known in adopted.taken.items():
            self._say(f"  adopted {adopted.layer}: {address} ({known})")
        for address, why in adopted.refused.items():
            self._say(f"  left out {adopted.layer}: {address}: something would be replaced because of {why}")

    def _log(self, layer: str) -> Path:
        return self._logs / f"{layer}.log"

    def _say(self, text: str) -> None:
        self._console.print(escape(text), soft_wrap=True, highlight=False)
