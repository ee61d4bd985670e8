"""Where an environment's working files are: `.work/SUFFIX/`, so that several can be worked on from one checkout."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ops.errors import BadInputError

ROOT = Path(__file__).parent.parent
_RUNS_KEPT = 20


@dataclass(frozen=True)
class Workspace:
    """The working files of the environment `suffix`, all of them below `shared`, which git ignores."""

    suffix: str
    root: Path = ROOT

    @property
    def shared(self) -> Path:
        """What all environments of this checkout share."""
        return self.root / ".work"

    @property
    def folder(self) -> Path:
        """Everything of this environment alone."""
        return self.shared / self.suffix

    @property
    def synthesized(self) -> Path:
        """What main.py writes."""
        return self.folder / "cdktf.out"

    def terraform_data(self, layer: str) -> Path:
        """Terraform's own working data of a layer."""
        return self.folder / "terraform" / layer

    def new_log_folder(self, command: str, *, now: datetime) -> Path:
        """A folder for the logs of one run; the oldest runs' go."""
        logs = self.folder / "logs"
        folder = logs / f"{now:%Y%m%d-%H%M%S}-{command}"
        folder.mkdir(parents=True, exist_ok=True)
        for old in sorted(logs.iterdir())[:-_RUNS_KEPT]:
            shutil.rmtree(old, ignore_errors=True)
        return folder

    def relative(self, path: Path) -> str:
        """A path as a person in the project's folder would type it."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)

    @contextmanager
    def reserved(self) -> Iterator[None]:
        """Keeps a second command on the same environment out, which would rewrite the files under the first one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "in-use").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BadInputError(
                    f"Another command is at work on {self.suffix} from this checkout.\n"
                    "  Wait for it to finish, or stop it with Ctrl-C where it runs."
                ) from None
            yield
