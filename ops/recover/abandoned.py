"""What killed runs have left behind on this machine: processes without a master, and locks without a holder."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ops.account import Environment
from ops.errors import BadInputError, StoppedError
from ops.locks import Lock, Locks
from ops.progress import counted
from ops.recover.processes import Process, end_group, orphaned_plugins, terraform_processes
from ops.synth import Layer
from ops.terraform import Terraform

_POLL_SECONDS = 1


@dataclass(frozen=True, kw_only=True)
class Abandoned:
    """Clears up after the runs of an environment whose working folder is reserved, so that none of them is alive."""

    environment: Environment
    layers: Mapping[str, Layer]
    locks: Locks
    terraform: Terraform
    logs: Path
    say: Callable[[str], None]

    def end_processes(self) -> int:
        """Wait for every Terraform that goes on alone, and end the plugins that have lost theirs. How many were ended.

        A Terraform whose `ops` was killed comes to a good end by itself, and records what it has done.
        """
        told: set[int] = set()
        while at_work := list(self._at_work()):
            for process, layer in at_work:
                if process.pid not in told:
                    told.add(process.pid)
                    self.say(f"Terraform is still at work on {layer} (pid {process.pid}): waiting until it is done.")
            if self.terraform.interrupt.requested:
                raise StoppedError("Stopped while Terraform is still at work. Run this again when it is done.")
            time.sleep(_POLL_SECONDS)
        orphans = orphaned_plugins(self._processes(), workspace=self.environment.workspace.folder)
        for orphan in orphans:
            end_group(orphan)
        if orphans:
            self.say(f"Ended {counted(len(orphans), 'provider process')} whose Terraform was killed.")
        return len(orphans)

    def release_locks(self) -> list[str]:
        """Release the locks whose holder is gone; their layers. Raises BadInputError if any holder may be alive."""
        held = {name: lock for name in self.layers if (lock := self.locks.find(name))}
        processes = self._processes()
        for name, lock in held.items():
            self._check_abandoned(name, lock, processes)
        for name, lock in held.items():
            self.locks.release(self.layers[name], lock, terraform=self.terraform, log=self.logs / f"{name}.log")
            self.say(f"Released the lock on {name}, {lock.description}: that process is gone.")
        return list(held)

    def _at_work(self) -> Iterator[tuple[Process, str]]:
        for process in self._processes():
            if (
                not process.is_plugin
                and process.data
                and process.data.is_relative_to(self.environment.workspace.folder)
            ):
                yield process, process.data.name

    def _check_abandoned(self, layer: str, lock: Lock, processes: list[Process]) -> None:
        suffix = self.environment.suffix
        alive = [process.pid for process in processes if process.works_on(suffix=suffix, layer=layer)]
        if lock.is_of_this_machine and not alive:
            return
        why = f"process {alive[0]} of this machine may hold it" if alive else "that is not this user on this machine"
        raise BadInputError(
            f"{layer} is locked, {lock.description}, and {why}.\n"
            "  Wait until that run is over. If you are sure that it is, release the lock yourself:\n"
            f"  python -m ops unlock {self.environment.command_line}"
        )

    def _processes(self) -> list[Process]:
        return terraform_processes(self.terraform.binary.path)
