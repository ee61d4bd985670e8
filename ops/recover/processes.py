"""The Terraform processes of this machine: who works on a layer still, and which plugins have lost their Terraform.

A Terraform that `ops` has started goes on when `ops` is killed, and comes to a good end. Its provider plugins go on
when Terraform itself is killed, and do not: nobody is left to tell them what to do, or to record what they have done.
"""

import contextlib
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

_PLUGIN = "terraform-provider-"


@dataclass(frozen=True)
class Process:
    """A Terraform or a plugin of one: where it works, and where its working data are if `ops` has started it."""

    pid: int
    group: int
    is_plugin: bool
    folder: Path
    data: Path | None

    def works_on(self, *, suffix: str, layer: str) -> bool:
        """Whether it may be at work on the state of a layer. Without `ops` only the folder's name tells."""
        if self.data is None:
            return self.folder.name == layer
        return self.data.parts[-3:] == (suffix, "terraform", layer)


def terraform_processes(binary: str) -> list[Process]:
    """All of this user's, whoever started them; `binary` is what Terraform is called here."""
    return list(_processes(Path(binary).name))


def orphaned_plugins(processes: list[Process], *, workspace: Path) -> list[Process]:
    """The plugins of an environment whose Terraform, which leads their group, is gone."""
    leaders = {process.pid for process in processes if not process.is_plugin}
    return [
        process
        for process in processes
        if process.is_plugin
        and process.group not in leaders
        and process.data is not None
        and process.data.is_relative_to(workspace)
    ]


def end_group(process: Process) -> None:
    """End a process and all of its group. It may have ended by itself meanwhile."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.group, signal.SIGKILL)


def _processes(binary: str) -> Iterator[Process]:
    for found in psutil.process_iter():
        # Processes of other users, and those that end meanwhile, tell nothing.
        with contextlib.suppress(psutil.Error, OSError):
            name = found.name()
            is_plugin = name.startswith(_PLUGIN)
            if found.status() == psutil.STATUS_ZOMBIE or not (is_plugin or name == binary):
                continue
            data = found.environ().get("TF_DATA_DIR")
            yield Process(
                pid=found.pid,
                group=os.getpgid(found.pid),
                is_plugin=is_plugin,
                folder=Path(found.cwd()),
                data=Path(data) if data else None,
            )
