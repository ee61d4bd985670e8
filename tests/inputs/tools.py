"""Programs that commands start, as small as they can be: starting the real ones takes longer than all cases."""

import os
from pathlib import Path

import pytest

_TERRAFORM = """#!/bin/sh
case "$1" in
  version) echo '{"terraform_version": "1.11.4"}' ;;
  init) touch .terraform.lock.hcl ;;
  *) echo '{"type":"change_summary","changes":{"operation":"plan","add":0,"change":0,"remove":0}}' ;;
esac
"""
_NODE = "#!/bin/sh\necho v20.0.0\n"


def put_on_path(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Put them on the PATH, before the real ones."""
    folder.mkdir(parents=True)
    for name, text in (("terraform", _TERRAFORM), ("node", _NODE)):
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    patch.delenv("TERRAFORM_BINARY_NAME", raising=False)
    patch.setenv("PATH", str(folder), prepend=os.pathsep)
