"""Does what a runbook says, as a person would: line by line in one shell, with the words in capitals filled in.

What the AWS CLI would do, tests/runbooks/run.py does on the embedded AWS. What cannot be tried there gets an answer
without being asked.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from ops.workspace import ROOT
from tests.runbooks.pages import Snippet
from tests.runbooks.shell import ANSWER, script_of

_PREAMBLE = r"""
set -u
_try() {
  local line=$1 shown=$2 errors; shift 2
  errors=$(mktemp)
  if ! "$@" 2> "$errors"; then
    { printf '%s: %s\n' "$line" "$shown"; sed 's/^/  /' "$errors"; } >> "$PROBLEMS"
  fi
}
aws() {
  case "$1 $2" in NOT_HERE) echo ANSWER; return 0;; esac
  _try "${BASH_LINENO[0]}" "aws $*" "$PYTHON" -m tests.runbooks.run "$@"
}
for tool in psql pg_dump openssl; do eval "$tool() { echo ANSWER; }"; done
function .venv/bin/python {
  case "$3 $4 " in OPS) _try "${BASH_LINENO[0]}" "$*" _here "$@";; *) echo ANSWER;; esac
}
_here() { (cd "$ROOT" && "$PYTHON" "$@"); }
"""


def follow(
    snippets: Sequence[Snippet],
    *,
    variables: Mapping[str, str],
    words: Mapping[str, str],
    not_here: Sequence[str],
    ops: Sequence[str],
) -> list[str]:
    """Do what a page shows; what went wrong, with page and line. `ops` are the commands of ops that are run."""
    page = snippets[0].page.relative_to(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        preamble, script, problems = (Path(folder) / name for name in ("preamble", "script", "problems"))
        preamble.write_text(
            _PREAMBLE.replace("NOT_HERE", "|".join(f'"{command}"' for command in not_here) or '""')
            .replace("OPS", "|".join(f'"{command} "*' for command in ops))
            .replace("ANSWER", ANSWER),
            encoding="utf-8",
        )
        text = script_of([snippet for snippet in snippets if not snippet.inline])
        for word, value in words.items():
            text = re.sub(rf"(?<![A-Z_$]){word}(?![A-Z_])", value, text)
        script.write_text(text, encoding="utf-8")
        problems.touch()
        environment = {
            **variables,
            "BASH_ENV": str(preamble),
            "PROBLEMS": str(problems),
            "PYTHON": sys.executable,
            "PYTHONPATH": str(ROOT),
            "ROOT": str(ROOT),
        }
        ran = subprocess.run(
            ["/bin/bash", str(script)], env=environment, cwd=folder, capture_output=True, text=True, check=False
        )
        found = problems.read_text(encoding="utf-8")
    said = ran.stderr.replace(str(script), "").strip()
    lines = [f"{page}:{line}" if line[:1].isdigit() else line for line in found.splitlines()]
    return [*lines, *([f"{page}: the shell says: {said}"] if said else [])]
