"""Takes resources that exist into a layer's state, with Terraform's import blocks.

Whether something exists, the provider is asked itself: what it cannot find is left out, and the plan made again. A plan
that would destroy anything is not carried out; what it is about is left out as well, and told.
https://developer.hashicorp.com/terraform/language/import
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ops.errors import OpsError, StoppedError
from ops.messages import Diagnostic, parse_line
from ops.synth import Layer
from ops.terraform import Terraform

_IMPORTS = "import.tf.json"
_PLAN = "import.tfplan"
_QUOTED_ADDRESS = re.compile(r'"(aws_\w+\.[\w-]+)"')
# What the provider says of a resource that it looks up while it imports, without saying of which.
_NAMELESS = "couldn't find resource"
_TAINTED = "replace_because_tainted"


@dataclass
class Adopted:
    """What became of the candidates of a layer: taken into the state, or left out because of what it would cost.

    `whole` is what the state held to be half made, and no longer does.
    """

    taken: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    whole: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Adoption:
    """Adopts resources into the state of one layer, whose folder is initialised."""

    terraform: Terraform
    layer: Layer
    log: Path

    def adopt(self, candidates: Mapping[str, str]) -> Adopted:
        """Take those of `candidates` (addresses, and by what each is known) that exist into the state.

        Raises OpsError with what Terraform said when it is about something else than a candidate.
        """
        adopted = Adopted()
        left = dict(sorted(candidates.items()))
        try:
            # Each round leaves out what the one before could not find; what depends on that fails one round later.
            while left:
                if missing := self._not_found(left):
                    left = {to: known for to, known in left.items() if to not in missing}
                elif not (destroyed := self._destroyed()):
                    self._run(["apply", "-json", "-input=false", _PLAN])
                    adopted.taken = left
                    break
                elif tainted := [address for address, why in destroyed.items() if why == _TAINTED]:
                    self._untaint(tainted)
                    adopted.whole += tainted
                else:
                    # Where it is about something else that they need, all of them have to wait for a deployment.
                    refused = destroyed.keys() & left.keys() or left.keys()
                    adopted.refused |= {to: destroyed.get(to) or ", ".join(destroyed) for to in refused}
                    left = {to: known for to, known in left.items() if to not in refused}
        finally:
            (self.layer.folder / _IMPORTS).unlink(missing_ok=True)
            (self.layer.folder / _PLAN).unlink(missing_ok=True)
        if adopted.taken:
            # Layers that come after this one read its outputs, which an apply of single resources leaves out.
            self._run(["apply", "-json", "-input=false", "-refresh-only", "-auto-approve"])
        return adopted

    def _not_found(self, candidates: Mapping[str, str]) -> set[str]:
        """The candidates that the provider does not find; none if the plan could be made."""
        imports = [{"to": to, "id": known} for to, known in candidates.items()]
        (self.layer.folder / _IMPORTS).write_text(json.dumps({"import": imports}))
        targets = [f"-target={address}" for address in candidates]
        problems = self._problems(["plan", "-json", "-input=false", f"-out={_PLAN}", *targets])
        if problems is None:
            return set()
        named = {address for problem in problems for address in _addresses(problem) if address in candidates}
        if not named and all(problem.summary == _NAMELESS for problem in problems):
            named = self._not_found_in_halves(candidates)
        if not named:
            raise self._failed(problems)
        return named

    def _not_found_in_halves(self, candidates: Mapping[str, str]) -> set[str]:
        """Narrow it down to the candidates that are not found, where nobody says which those are."""
        if len(candidates) == 1:
            return set(candidates)
        addresses = list(candidates)
        middle = len(addresses) // 2
        halves = ({to: candidates[to] for to in half} for half in (addresses[:middle], addresses[middle:]))
        return set().union(*(self._not_found(half) for half in halves))

    def _destroyed(self) -> dict[str, str]:
        """What the plan would destroy, with the attributes that are to blame, or `_TAINTED`."""
        shown = self.log.with_suffix(".plan.json")
        try:
            document = self.terraform.show_plan(self.layer, _PLAN, kept=shown)
        finally:
            shown.unlink()
        return {
            change["address"]: _blamed(change)
            for change in document.get("resource_changes", [])
            if "delete" in change["change"]["actions"]
        }

    def _untaint(self, addresses: list[str]) -> None:
        """Have the state hold to be whole what it holds to be half made, and what exists needs.

        Terraform makes nothing before all that it needs is whole: these were made again, and no state was saved since.
        """
        for address in addresses:
            self.terraform.edit_state(self.layer, ["untaint", "-no-color", address], log=self.log)

    def _run(self, arguments: list[str]) -> None:
        if problems := self._problems(arguments):
            raise self._failed(problems)

    def _problems(self, arguments: list[str]) -> list[Diagnostic] | None:
        """What Terraform complains of; None if it succeeded."""
        with self.terraform.running(self.layer, arguments, log=self.log) as run:
            said = [parse_line(line) for line in run.lines()]
        if self.terraform.interrupt.requested:
            raise StoppedError("Stopped.")
        if run.code == 0:
            return None
        problems = [one for one in said if isinstance(one, Diagnostic) and one.severity == "error"]
        return problems or [Diagnostic(severity="error", summary="Terraform gave no reason", detail=str(self.log))]

    def _failed(self, problems: list[Diagnostic]) -> OpsError:
        reasons = "\n".join(f"  {one.address or self.layer.name}: {one.summary}\n    {one.detail}" for one in problems)
        return OpsError(f"{self.layer.name} could not be adopted:\n{reasons}\n  Log: {self.log}")


def _blamed(change: Mapping[str, Any]) -> str:
    if change.get("action_reason") == _TAINTED:
        return _TAINTED
    return ", ".join(sorted(str(path[0]) for path in change["change"].get("replace_paths", [])))


def _addresses(problem: Diagnostic) -> set[str]:
    return {problem.address, *_QUOTED_ADDRESS.findall(problem.detail)}
