"""Where Terraform's state lives, as backend.tf.json says: the only place that says it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops.errors import BadInputError
from ops.workspace import ROOT

BACKEND_FILE = ROOT / "backend.tf.json"
DEFAULT_KEY_ALIAS = "alias/terraform-state"
_KEYS = ("bucket", "dynamodb_table", "region", "kms_key_id")


@dataclass(frozen=True)
class Backend:
    """The bucket and the lock table that all environments of an account share."""

    bucket: str
    lock_table: str
    region: str
    key_alias: str

    def state_key(self, suffix: str, layer: str) -> str:
        """Where the state of one layer of one environment is in the bucket."""
        return f"{suffix}/{layer}.tfstate"

    def lock_id(self, suffix: str, layer: str) -> str:
        """How the lock table calls the lock of that state; its digest is beside that, with -md5 at the end."""
        return f"{self.bucket}/{self.state_key(suffix, layer)}"


def load_backend(path: Path = BACKEND_FILE) -> Backend:
    """What the file says. Raises BadInputError when it cannot be used."""
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadInputError(f"{path.name} cannot be read: {error}") from None
    for key in ("terraform", "backend", "s3"):
        document = document.get(key) if isinstance(document, dict) else None
    s3 = {"kms_key_id": DEFAULT_KEY_ALIAS, **(document if isinstance(document, dict) else {})}
    wrong = [key for key in _KEYS if not (isinstance(s3.get(key), str) and s3[key])]
    if wrong:
        raise BadInputError(
            f"{path.name} lacks {', '.join(wrong)} in terraform.backend.s3: each has to be there, as a string."
        )
    return Backend(
        bucket=s3["bucket"], lock_table=s3["dynamodb_table"], region=s3["region"], key_alias=s3["kms_key_id"]
    )
