"""`ops recover`: after a kill, a lock that nobody holds is released, and what no state knows of is adopted."""

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
from ops.recover.outlived import outlived
from ops.state import States
from ops.synth import Layer, Synthesized, synthesize
from ops.terraform import terraform_for


def recover(environment: Environment, *, console: Console) -> None:
    """Bring the states and the account together again, without deleting anything in the account.

    Raises BadInputError when somebody may be at work on a state that is locked.
    """
    backend = load_backend()
    with environment.workspace.reserved():
        synthesized = synthesize(environment)
        prepare_account(environment, backend, console=console)
        _Recovery(environment, backend, synthesized, console).run()


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
        self._abandoned = Abandoned(
            environment=environment,
            layers=synthesized.layers,
            locks=Locks(session=environment.session(), backend=backend, suffix=environment.suffix),
            terraform=self._terraform,
            logs=self._logs,
            say=self._say,
        )

    def run(self) -> None:
        with self._interrupt.listening():
            # Each has to be done, whether there was anything to do before it or not.
            done = [
                self._abandoned.end_processes(),
                self._abandoned.release_locks(),
                self._mend_digests(),
                self._adopt(),
            ]
        if any(done):
            self._say(f"Go on where it ended: python -m ops deploy {self._environment.command_line}")
        else:
            self._say(
                f"There is nothing to recover: no lock is held, and no state of {self._environment.suffix} lacks "
                "anything that exists."
            )

    def _mend_digests(self) -> list[str]:
        """The layers whose digest was set right."""
        session, suffix = self._environment.session(), self._environment.suffix
        mended = []
        for name in self._synthesized.layers:
            if mend_digest(session, self._backend, suffix=suffix, layer=name):
                mended.append(name)
                self._say(f"Set right the digest of the state of {name}.")
        return mended

    def _adopt(self) -> list[str]:
        """The layers in which a state did not agree with the account.

        Layer by layer: one that builds on another that is not whole yet cannot have been begun.
        """
        self._say("Comparing what the states know with what exists ...")
        account = Account(
            layers=self._synthesized.configurations,
            account_id=self._environment.account_id,
            session=self._environment.session(),
            states=self._states.read_all(self._synthesized.layers),
        )
        disagreed = []
        for name, layer in self._synthesized.layers.items():
            if not all(account.is_whole(producer) for producer in layer.dependencies):
                continue
            gone = outlived(account, name)
            account = account.with_state(name, account.states[name].without(gone))
            candidates = {
                resource.address_in_layer: identity
                for resource in account.unrecorded(name)
                if (identity := account.identity(resource))
            }
            if candidates:
                adopted = self._adopt_into(layer, candidates, gone)
                account = account.with_state(name, self._states.read(name))
                if gone or adopted.taken or adopted.refused:
                    disagreed.append(name)
        return disagreed

    def _adopt_into(self, layer: Layer, candidates: dict[str, str], gone: dict[str, str]) -> Adopted:
        self._say(
            f"Looking for {counted(len(candidates), 'resource')} that the state of {layer.name} does not know ..."
        )
        log = self._log(layer.name)
        if self._terraform.initialise(layer, log=log) != 0:
            raise OpsError(f"Terraform could not be initialised for {layer.name}.\n  Log: {log}")
        if gone:
            self._terraform.edit_state(layer, ["state", "rm", "-no-color", *gone], log=log)
        for address, known in gone.items():
            self._say(f"  forgot {layer.name}: {address} ({known}): gone, and another one is in its place")
        adopted = Adoption(terraform=self._terraform, layer=layer, log=log).adopt(candidates)
        for address in adopted.whole:
            self._say(f"  kept {layer.name}: {address}: not half made, for what needs it exists")
        for address, known in adopted.taken.items():
            self._say(f"  adopted {layer.name}: {address} ({known})")
        for address, why in adopted.refused.items():
            self._say(f"  left out {layer.name}: {address}: something would be replaced because of {why}")
        return adopted

    def _log(self, layer: str) -> Path:
        return self._logs / f"{layer}.log"

    def _say(self, text: str) -> None:
        self._console.print(escape(text), soft_wrap=True, highlight=False)
