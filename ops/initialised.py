"""Whether `terraform init` is needed in a layer: it costs more than a second each, and seldom changes anything."""

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Initialised:
    """Everything that an initialisation depends on. No endpoint is in it: those come from the environment alone."""

    folder: Path
    data: Path
    backend: dict[str, Any]
    providers: dict[str, str]
    tool: str
    variables: dict[str, str]

    def is_current(self) -> bool:
        """Whether the layer was initialised for just this, and what that left is still there."""
        try:
            remembered = self._record.read_text(encoding="utf-8")
        except OSError:
            return False
        return remembered == self._fingerprint() and self._lock_file.is_file() and self._providers_are_there()

    def remember(self) -> None:
        """Note that the layer is initialised for just this."""
        self._record.write_text(self._fingerprint(), encoding="utf-8")

    def forget(self) -> None:
        """Clear what an initialisation for something else left, so that a new one starts from nothing."""
        shutil.rmtree(self.data, ignore_errors=True)
        self._lock_file.unlink(missing_ok=True)
        self.data.mkdir(parents=True)

    @property
    def _record(self) -> Path:
        return self.data / "initialised"

    @property
    def _lock_file(self) -> Path:
        return self.folder / ".terraform.lock.hcl"

    def _providers_are_there(self) -> bool:
        """A provider is often a link into a mirror or cache, which may have moved."""
        installed = (self.data / "providers").glob("*/*/*/*/*")
        return sum(path.is_dir() for path in installed) >= len(self.providers)

    def _fingerprint(self) -> str:
        text = json.dumps(asdict(self), sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()
