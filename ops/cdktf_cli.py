"""`make cdktf-cli`: installs cdktf's own command line, and proves that it works on this project as it is.

It is not needed: `python -m ops` does all of it with Terraform alone. But who knows `cdktf synth`, `diff`, `deploy`,
`output` and `destroy` can use them. The proof is a deployment of all layers to an embedded AWS.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from ops.account import EMBEDDED, Environment
from ops.embedded import embedded_alone
from ops.errors import BadInputError, OpsError, explain
from ops.leftovers import find_leftovers
from ops.progress import duration
from ops.provider_mirror import provider_variables
from ops.synth import Synthesized, synthesize
from ops.workspace import ROOT

VERSION = "0.21.0"
SUFFIX = "cdktf"
FOLDER = ROOT / ".cdktf-cli"
COMMAND = FOLDER / "node_modules" / ".bin" / "cdktf"


def main() -> int:
    """Install and prove. An exit code."""
    console = Console(emoji=False)
    try:
        _install(console)
        with embedded_alone(SUFFIX) as environment:
            _prove(environment, console)
    except Exception as error:
        explained = explain(error)
        if explained is None:
            raise
        console.print(str(explained), markup=False)
        return explained.exit_code
    console.print(f"cdktf-cli {VERSION} works on this project: {COMMAND.relative_to(ROOT)}")
    return 0


def _install(console: Console) -> None:
    package = FOLDER / "node_modules" / "cdktf-cli" / "package.json"
    if package.is_file() and json.loads(package.read_text(encoding="utf-8"))["version"] == VERSION:
        return
    FOLDER.mkdir(exist_ok=True)
    console.print(f"Installing cdktf-cli {VERSION} into {FOLDER.relative_to(ROOT)} (over 400 MB) ...")
    install = ["npm", "install", "--no-fund", "--no-audit", "--prefix", str(FOLDER), f"cdktf-cli@{VERSION}"]
    finished = subprocess.run(install, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if finished.returncode != 0 or not COMMAND.exists():
        raise OpsError(f"npm could not install cdktf-cli:\n{finished.stderr[-2000:]}")


def _prove(environment: Environment, console: Console) -> None:
    """Deploy, look, and destroy everything by cdktf alone. Raises OpsError at the first thing that is not right."""
    synthesized = synthesize(environment)
    last = list(synthesized.layers)[-1]
    run = _Runner(environment.workspace.folder / "cdktf.log", _variables(environment, synthesized), console)
    run("synth")
    # The provider is fixed to one version; its lock file would need the public registry.
    run("deploy", "*", "--auto-approve", "--skip-provider-lock")
    if "No changes" not in run("diff", last, "--skip-provider-lock"):
        raise OpsError(f"cdktf diff sees changes in {last} right after the deployment.")
    run("output", last)
    run("destroy", "*", "--auto-approve")
    if leftovers := find_leftovers(environment, synthesized):
        raise OpsError(f"cdktf destroy left {len(leftovers)} resources behind: {leftovers}")


def _variables(environment: Environment, synthesized: Synthesized) -> dict[str, str]:
    required = {name: version for layer in synthesized.layers.values() for name, version in layer.providers.items()}
    inherited = {name: value for name, value in os.environ.items() if name != "TF_CLI_CONFIG_FILE"}
    return {
        **inherited,
        **provider_variables(required=required, environ=os.environ, work=environment.workspace.shared),
        "CDKTF_DISABLE_PLUGIN_CACHE_ENV": "1",
        "CHECKPOINT_DISABLE": "1",
        "CI": "1",
        "ENVIRONMENT": EMBEDDED,
        "ENVIRONMENT_SUFFIX": SUFFIX,
    }


class _Runner:
    """Runs cdktf commands one after another, each with a line that says how it went."""

    def __init__(self, log: Path, variables: dict[str, str], console: Console) -> None:
        self._log = log
        self._variables = variables
        self._console = console

    def __call__(self, *arguments: str) -> str:
        """What the command printed. Raises OpsError with the end of it when it fails."""
        began = time.monotonic()
        shown = " ".join(f"'{argument}'" if argument == "*" else argument for argument in arguments)
        self._console.print(f"cdktf {shown} ...", highlight=False)
        said = self._run(arguments)
        self._console.print(f"cdktf {shown}: done in {duration(time.monotonic() - began)}", highlight=False)
        return said

    def _run(self, arguments: Sequence[str]) -> str:
        if not COMMAND.exists():
            raise BadInputError("cdktf-cli is not installed: make cdktf-cli")
        finished = subprocess.run(
            [str(COMMAND), *arguments],
            cwd=ROOT,
            env=self._variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        with self._log.open("a", encoding="utf-8") as log:
            log.write(finished.stdout)
        if finished.returncode != 0:
            raise OpsError(f"cdktf {' '.join(arguments)} failed:\n{finished.stdout[-4000:]}")
        return finished.stdout


if __name__ == "__main__":
    sys.exit(main())
