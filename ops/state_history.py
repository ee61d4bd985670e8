"""The versions of a layer's state, which the bucket keeps, and how one of them becomes the current one again."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from ops.account import Environment
from ops.backend import Backend, load_backend
from ops.confirm import Confirmation
from ops.errors import BadInputError, OpsError
from ops.interrupt import Interrupt
from ops.recover.digests import mend_digest
from ops.state import States, count_resources
from ops.synth import synthesize
from ops.terraform import terraform_for

_MOST_SHOWN = 20


@dataclass(frozen=True)
class Version:
    """One version of a state. A deletion has neither a serial nor resources, and neither has one that is damaged."""

    id: str
    when: datetime
    is_current: bool
    serial: int | None = None
    resources: int | None = None
    is_deletion: bool = False
    is_damaged: bool = False


@dataclass(frozen=True)
class History:
    """The versions of one layer's state."""

    environment: Environment
    backend: Backend
    layer: str

    def versions(self) -> list[Version]:
        """The newest ones, newest first."""
        # Two within a second are told apart by which of them is current.
        found = sorted(self._listed(), key=lambda version: (version["LastModified"], version["IsLatest"]), reverse=True)
        return [self._version(one) for one in found[:_MOST_SHOWN]]

    def read(self, version_id: str) -> dict[str, Any]:
        """What a version says. Raises BadInputError if there is no such version, or it is no state."""
        try:
            answer = self._s3.get_object(Bucket=self.backend.bucket, Key=self._key, VersionId=version_id)
            document: dict[str, Any] = json.loads(answer["Body"].read())
        except (self._s3.exceptions.ClientError, ValueError) as error:
            raise BadInputError(
                f"{version_id!r} is no version of the state of {self.layer} that could be restored: {error}\n"
                f"  Those that there are: python -m ops state history {self.environment.command_line} {self.layer}"
            ) from None
        return document

    def _version(self, found: dict[str, Any]) -> Version:
        version = Version(id=found["VersionId"], when=found["LastModified"], is_current=found["IsLatest"])
        if "Size" not in found:  # a delete marker
            return replace(version, is_deletion=True)
        try:
            document = self.read(version.id)
            return replace(version, serial=document["serial"], resources=count_resources(document["resources"]))
        except (BadInputError, KeyError, TypeError):
            return replace(version, is_damaged=True)

    def _listed(self) -> Iterator[dict[str, Any]]:
        pages = self._s3.get_paginator("list_object_versions").paginate(Bucket=self.backend.bucket, Prefix=self._key)
        for page in pages:
            for found in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
                if found["Key"] == self._key:
                    yield found

    @property
    def _key(self) -> str:
        return self.backend.state_key(self.environment.suffix, self.layer)

    @property
    def _s3(self) -> Any:  # noqa: ANN401 - a boto3 client
        return self.environment.session().client("s3", region_name=self.backend.region)


def read_history(environment: Environment, layer: str) -> list[Version]:
    """The versions of a layer's state. Raises BadInputError if there is none, and never was."""
    versions = History(environment, load_backend(), layer).versions()
    if not versions:
        known = ", ".join(States(environment.session(), load_backend(), environment.suffix).layers())
        raise BadInputError(
            f"There is no state of a layer {layer!r} in {environment.suffix}, and never was.\n"
            f"  There are states of: {known or 'no layer'}"
        )
    return versions


def print_history(console: Console, versions: list[Version]) -> None:
    """The versions as a table."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    for title in ("version", "written (UTC)", "serial", "resources", ""):
        table.add_column(title, justify="right" if title in {"serial", "resources"} else "left", no_wrap=True)
    for version in versions:
        numbers = ["" if number is None else str(number) for number in (version.serial, version.resources)]
        notes = {"deleted": version.is_deletion, "damaged": version.is_damaged, "current": version.is_current}
        shown = ", ".join(note for note, is_so in notes.items() if is_so)
        table.add_row(version.id, f"{version.when:%Y-%m-%d %H:%M:%S}", *numbers, shown)
    console.print(table)


def history_as_document(versions: list[Version]) -> list[dict[str, Any]]:
    """The versions for machines."""
    return [{**vars(version), "when": version.when.isoformat()} for version in versions]


def restore(environment: Environment, layer: str, version_id: str, *, confirm: Confirmation, console: Console) -> None:
    """Make a version the current one, as a new version on top of all others; nothing is lost by it."""
    backend = load_backend()
    with environment.workspace.reserved():
        synthesized = synthesize(environment)
        synthesized.check_known([layer])
        history = History(environment, backend, layer)
        document = history.read(version_id)
        resources = count_resources(document["resources"])
        confirm.of_restore(layer, version_id, resources=resources)
        newest = max((version.serial or 0 for version in history.versions()), default=0)
        document["serial"] = newest + 1
        # A state that was deleted, or put back by hand, has another digest than Terraform remembers.
        mend_digest(environment.session(), backend, suffix=environment.suffix, layer=layer)
        terraform = terraform_for(synthesized, workspace=environment.workspace, interrupt=Interrupt())
        logs = environment.workspace.new_log_folder("state", now=datetime.now().astimezone())
        log, pushed = logs / f"{layer}.log", logs / f"{layer}.tfstate"
        pushed.touch(mode=0o600)
        try:
            pushed.write_text(json.dumps(document), encoding="utf-8")
            code = terraform.push_state(synthesized.layers[layer], pushed, log=log)
        finally:
            pushed.unlink()
        if code != 0:
            raise OpsError(f"Terraform could not write the state of {layer}. It says:\n{log.read_text()}")
    console.print(
        f"The state of {layer} is version {version_id} again: {resources} resources, as serial {document['serial']}.\n"
        f"What differs from the account: python -m ops plan {environment.command_line}",
        soft_wrap=True,
    )
