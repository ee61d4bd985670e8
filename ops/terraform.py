"""The Terraform binary (or OpenTofu's), and one run of it in one layer's folder."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ops.errors import BadInputError, OpsError
from ops.initialised import Initialised
from ops.interrupt import Interrupt
from ops.provider_mirror import provider_variables
from ops.synth import Layer, Synthesized
from ops.workspace import Workspace

# 1.11 is the first whose S3 backend has a final `use_lockfile`; OpenTofu has it since 1.10.
_OLDEST = {"terraform": (1, 11), "tofu": (1, 10)}
_POLL_SECONDS = 0.1
_LONGEST_LINE = 300
# What Terraform and the provider hold is mostly the provider's schema, which never becomes garbage: collecting four
# times less often saves a quarter of the processor time, for a twentieth more memory.
_COLLECT_LESS = "400"


@dataclass(frozen=True)
class Binary:
    """A Terraform that can run this project."""

    path: str
    product: str
    version: str


@dataclass(frozen=True)
class Terraform:
    """Runs Terraform in the layers of one environment."""

    binary: Binary
    workspace: Workspace
    variables: Mapping[str, str]
    interrupt: Interrupt
    init_turn: AbstractContextManager[Any] = field(default_factory=nullcontext)
    turns: defaultdict[str, threading.Lock] = field(default_factory=lambda: defaultdict(threading.Lock))

    def initialise(self, layer: Layer, *, log: Path) -> int:
        """Prepare a layer's folder, unless it is prepared already. Returns Terraform's exit code."""
        initialised = Initialised(
            folder=layer.folder,
            data=self.workspace.terraform_data(layer.name),
            backend=layer.backend,
            providers=layer.providers,
            tool=f"{self.binary.product} {self.binary.version}",
            variables=dict(self.variables),
        )
        with self.turns[layer.name]:
            if initialised.is_current():
                return 0
            with self.init_turn:
                initialised.forget()
                code = self._wait(layer, ["init", "-input=false", "-no-color", "-reconfigure"], log=log)
            if code == 0:
                initialised.remember()
            return code

    @contextmanager
    def running(self, layer: Layer, arguments: list[str], *, log: Path) -> Iterator["Run"]:
        """A run of Terraform whose output is followed while it is written to `log`.

        It is written to a file and not to a pipe, so that Terraform comes to a good end even if this process does not.
        """
        start = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            process = subprocess.Popen(
                [self.binary.path, *arguments],
                cwd=layer.folder,
                env=self._environment(layer),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        with self.interrupt.covers(process):
            yield Run(process=process, log=log, start=start)

    def killed(self, run: "Run") -> bool:
        """Whether a run was killed, and may have left its lock behind."""
        return self.interrupt.killed(run.process)

    def force_unlock(self, layer: Layer, lock_id: str, *, log: Path) -> int:
        """Release a lock that is known to be abandoned, even where Ctrl-C has just ended everything else."""
        with log.open("ab") as output:
            return subprocess.run(
                [self.binary.path, "force-unlock", "-force", lock_id],
                cwd=layer.folder,
                env=self._environment(layer),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                check=False,
            ).returncode

    def push_state(self, layer: Layer, state: Path, *, log: Path) -> int:
        """Make `state` the state of a layer, whatever that was before. Returns Terraform's exit code."""
        if code := self.initialise(layer, log=log):
            return code
        return self._wait(layer, ["state", "push", "-force", str(state)], log=log)

    def edit_state(self, layer: Layer, command: list[str], *, log: Path) -> None:
        """Run a command that changes what the state of a layer, which is initialised, knows; nothing else changes.

        Raises OpsError where Terraform could not do that.
        """
        if code := self._wait(layer, command, log=log):
            raise OpsError(
                f"`{self.binary.product} {' '.join(command)}` failed in {layer.name}, with exit code {code}.\n"
                f"  Log: {log}"
            )

    def show_plan(self, layer: Layer, plan: str, *, kept: Path) -> dict[str, Any]:
        """A saved plan as Terraform's JSON, which is also `kept`, readable by its owner alone.

        Raises OpsError where Terraform cannot show it, or the disk is too full for what it shows.
        """
        kept.touch(mode=0o600)
        with self.running(layer, ["show", "-json", plan], log=kept) as run:
            said = list(run.lines())
        # Warnings of Terraform's own end up in the same file.
        text = next((line for line in said if line.startswith("{")), "")
        try:
            document: dict[str, Any] = json.loads(text)
        except ValueError:
            raise OpsError(
                f"Terraform cannot show its own plan, or not write it to {self.workspace.relative(kept)}. It says:\n"
                + "\n".join(line[:_LONGEST_LINE] for line in said)
            ) from None
        kept.write_text(text, encoding="utf-8")
        return document

    def _wait(self, layer: Layer, arguments: list[str], *, log: Path) -> int:
        with self.running(layer, arguments, log=log) as run:
            for _ in run.lines():
                pass
            return run.code

    def _environment(self, layer: Layer) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            # A configuration file that does not exist is worth a warning to Terraform, on every run.
            if not (name == "TF_CLI_CONFIG_FILE" and not Path(value).is_file()) and name != "TF_WORKSPACE"
        }
        return {
            "GOGC": _COLLECT_LESS,
            **inherited,
            **self.variables,
            "TF_DATA_DIR": str(self.workspace.terraform_data(layer.name)),
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            "CHECKPOINT_DISABLE": "1",
        }


@dataclass(frozen=True)
class Run:
    """A Terraform process and what it writes."""

    process: subprocess.Popen[bytes]
    log: Path
    start: int

    def lines(self) -> Iterator[str]:
        """Every line of output as it comes, until the process has ended."""
        with self.log.open("rb") as output:
            output.seek(self.start)
            rest = b""
            while True:
                ended = self.process.poll() is not None
                if chunk := output.read():
                    *whole, rest = (rest + chunk).split(b"\n")
                    yield from (line.decode("utf-8", errors="replace") for line in whole)
                elif ended:
                    break
                else:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        self.process.wait(_POLL_SECONDS)
            if rest:
                yield rest.decode("utf-8", errors="replace")

    @property
    def code(self) -> int:
        """The exit code of the process, which has ended."""
        return self.process.wait()


def terraform_for(synthesized: Synthesized, *, workspace: Workspace, interrupt: Interrupt) -> Terraform:
    """A Terraform for the layers of an environment. Raises BadInputError when there is none that could run them."""
    required = {name: version for layer in synthesized.layers.values() for name, version in layer.providers.items()}
    variables = provider_variables(required=required, environ=os.environ, work=workspace.shared)
    return Terraform(
        binary=find_binary(),
        workspace=workspace,
        variables=variables,
        interrupt=interrupt,
        # https://developer.hashicorp.com/terraform/cli/config/config-file#provider-plugin-cache: not safe for
        # several at once.
        init_turn=nullcontext() if "TF_CLI_CONFIG_FILE" in variables else threading.Lock(),
    )


def find_binary() -> Binary:
    """The binary that TERRAFORM_BINARY_NAME names, else `terraform`. Raises BadInputError if it cannot be used."""
    name = os.environ.get("TERRAFORM_BINARY_NAME") or "terraform"
    path = shutil.which(name)
    if path is None:
        raise BadInputError(
            f"{name} is not on the PATH.\n"
            "  Install Terraform 1.11 or newer: https://developer.hashicorp.com/terraform/install\n"
            "  or set TERRAFORM_BINARY_NAME to the binary of Terraform or OpenTofu."
        )
    asked = subprocess.run([path, "version", "-json"], capture_output=True, text=True, check=False, env=_quiet())
    try:
        version = str(json.loads(asked.stdout[asked.stdout.index("{") :])["terraform_version"])
    except (ValueError, KeyError):
        raise OpsError(f"`{path} version` says nothing that can be understood:\n{asked.stdout}{asked.stderr}") from None
    product = "tofu" if "tofu" in Path(path).resolve().name or "tofu" in name else "terraform"
    oldest = _OLDEST[product]
    if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) < oldest:
        needed = ".".join(str(part) for part in oldest)
        raise BadInputError(f"{path} is {version}; {needed} or newer is needed, for state that is locked by a file.")
    return Binary(path=path, product=product, version=version)


def _quiet() -> dict[str, str]:
    return {**{k: v for k, v in os.environ.items() if k != "TF_CLI_CONFIG_FILE"}, "CHECKPOINT_DISABLE": "1"}
