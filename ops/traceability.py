"""Which test proves which requirement: docs/requirements.md on one side, the tests' markers on the other."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from ops.errors import OpsError
from ops.workspace import ROOT

if TYPE_CHECKING:
    import pytest

REQUIREMENTS = ROOT / "docs" / "requirements.md"
DECISIONS = ROOT / "docs" / "decisions"
_ROW = re.compile(r"^\| ([A-Z]+-\d+) \| (.+) \|$", re.MULTILINE)
_EXCUSE = r"\b{id} has no test: (.+)"


@dataclass(frozen=True)
class Traced:
    """A requirement, the tests that carry its id, and why there is none where there is none."""

    id: str
    sentence: str
    tests: tuple[str, ...]
    excuse: str = ""

    @property
    def is_proven(self) -> bool:
        """Whether there is a test, or a decision that there is none."""
        return bool(self.tests or self.excuse)


@dataclass(eq=False)
class Collector:
    """A plugin of pytest that takes note of markers."""

    tests: dict[str, list[str]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def pytest_itemcollected(self, item: "pytest.Item") -> None:
        """Take note of the requirements that a test carries."""
        for marker in item.iter_markers("requirement"):
            for requirement in marker.args:
                names = self.tests.setdefault(requirement, [])
                if (name := _name(item)) not in names:
                    names.append(name)

    def pytest_collectreport(self, report: "pytest.CollectReport") -> None:
        """Take note of what could not be collected: its tests would be missing."""
        if report.failed:
            self.errors.append(f"{report.nodeid}: {report.longreprtext}")


def trace(
    tests: Mapping[str, list[str]], *, requirements: Path = REQUIREMENTS, decisions: Path = DECISIONS
) -> list[Traced]:
    """Every requirement with its tests. Raises OpsError when a test carries an id that no requirement has."""
    sentences = dict(_ROW.findall(requirements.read_text(encoding="utf-8")))
    excuses = "\n".join(page.read_text(encoding="utf-8") for page in sorted(decisions.glob("*.md")))
    unknown = sorted(tests.keys() - sentences.keys())
    if unknown:
        where = "\n".join(f"  {one}: {', '.join(tests[one])}" for one in unknown)
        raise OpsError(f"Tests carry ids that {requirements.name} does not have:\n{where}")
    return [
        Traced(id=one, sentence=sentence, tests=tuple(tests.get(one, ())), excuse=_excuse(one, excuses))
        for one, sentence in sentences.items()
    ]


def collect_tests(folder: Path = ROOT / "tests") -> dict[str, list[str]]:
    """The tests of each id. Raises OpsError when some cannot be collected."""
    import pytest  # noqa: PLC0415 - not there where only what runs is installed

    collector = Collector()
    quiet = ["-p", "no:terminal", "-p", "no:cacheprovider", "-o", "addopts=--strict-markers"]
    code = pytest.main(["--collect-only", *quiet, "--rootdir", str(ROOT), str(folder)], plugins=[collector])
    if collector.errors or code not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        raise OpsError("Tests could not be collected:\n" + "\n".join(collector.errors or [f"pytest ended with {code}"]))
    return collector.tests


def traceability(*, console: Console) -> None:
    """Print every requirement with its tests. Raises OpsError when one has neither a test nor a reason."""
    traced = trace(collect_tests())
    for requirement in traced:
        _print(console, requirement)
    missing = [requirement.id for requirement in traced if not requirement.is_proven]
    if missing:
        raise OpsError(
            f"Nothing proves {', '.join(missing)}. Mark a test with @pytest.mark.requirement(ID), or write a line "
            "`ID has no test: ...` in docs/decisions."
        )
    proven = sum(bool(requirement.tests) for requirement in traced)
    console.print(f"[green]{proven} of {len(traced)} requirements have tests[/]", highlight=False)


def _print(console: Console, requirement: Traced) -> None:
    style = "bold" if requirement.is_proven else "bold red"
    console.print(
        f"[{style}]{requirement.id}[/] {escape(requirement.sentence)}",
        highlight=False,
        soft_wrap=not console.is_terminal,
    )
    for line in requirement.tests or _reason(requirement):
        console.print(f"  [dim]{escape(line)}[/]", highlight=False, soft_wrap=True)


def _reason(requirement: Traced) -> Iterator[str]:
    yield f"no test: {requirement.excuse or 'and no reason'}"


def _excuse(requirement: str, decisions: str) -> str:
    found = re.search(_EXCUSE.format(id=re.escape(requirement)), decisions)
    return found[1].strip() if found else ""


def _name(item: "pytest.Item") -> str:
    """A test as one line: without its parameters, unless it is a check of a deployed environment."""
    parameters = getattr(item, "callspec", None)
    check = parameters.params.get("check") if parameters else None
    if check is not None:
        return f"ops/checks/{check.group}.py::{check.name}"
    return item.nodeid.partition("[")[0]
