"""The exceptions from zero findings: one file, in which each says why it is one and what makes it safe.

An exception has to match in every run that it is for, and so has each of its patterns: what was fixed, renamed or
removed does not stay excused.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from ops.audit.judges.finding import Finding, Judge
from ops.errors import BadInputError

FILE = Path(__file__).parent / "exceptions.toml"

When = Literal["before", "after"]
Reason = Literal["destroyability", "single region", "load balancer's logs", "false positive", "requirement"]

# A layer (or all of them) and at least the type of a resource.
_PATTERN = re.compile(r"([a-z]+|\*): aws_[a-z0-9_]+\..+")
_REQUIREMENT = re.compile(r"\b[A-Z]+-\d+\b")
_Sentence = Annotated[str, StringConstraints(min_length=20, strip_whitespace=True)]


class ExceptionRule(BaseModel):
    """Findings of one check that are no reason to fail. Patterns are those of a shell."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    judge: Judge
    check: str
    resources: tuple[str, ...] = Field(min_length=1)
    title: str = "*"
    plan: When | None = None
    reason: Reason
    safe_because: _Sentence

    @field_validator("resources")
    @classmethod
    def _name_a_type(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            if not _PATTERN.fullmatch(pattern):
                raise ValueError(f"'{pattern}' excuses too much; write 'layer: aws_type.name', with * in layer or name")
        return patterns

    @model_validator(mode="after")
    def _belong_to_a_run(self) -> Self:
        if self.judge == "parliament" and self.plan:
            raise ValueError("parliament judges policies and no plan, so this would be for nothing")
        return self

    @model_validator(mode="after")
    def _name_the_requirement(self) -> Self:
        if self.reason == "requirement" and not _REQUIREMENT.search(self.safe_because):
            raise ValueError("say which requirement: safe_because has to name its id")
        return self

    def __str__(self) -> str:
        return f"{self.judge} {self.check}"

    def is_for(self, run: "Run") -> bool:
        """Whether it is meant for what this judge said in this run."""
        return self.judge == run.judge and self.plan in {None, run.plan}

    def excused_by(self, finding: Finding) -> Iterator[str]:
        """The patterns that match a finding."""
        if (self.judge, self.check) == (finding.judge, finding.check) and fnmatchcase(finding.title, self.title):
            yield from (pattern for pattern in self.resources if fnmatchcase(finding.resource, pattern))


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")

    exception: list[ExceptionRule] = []


@dataclass(frozen=True)
class Run:
    """What one judge said: of the plan before the first apply, of the one after it, or of what needs no plan."""

    judge: Judge
    findings: Sequence[Finding]
    plan: When | None = None

    @property
    def name(self) -> str:
        """The run, as a person would call it."""
        return f"{self.judge}, {self.plan} the first apply" if self.plan else self.judge


@dataclass(frozen=True)
class Outcome:
    """What is left of all runs: findings without an excuse, excuses without a finding, and how many matched."""

    unexcused: Sequence[tuple[Run, Finding]]
    stale: Sequence[str]
    excused: int

    @property
    def passed(self) -> bool:
        """Whether there is nothing to complain about."""
        return not self.unexcused and not self.stale


def read_exceptions(path: Path = FILE) -> list[ExceptionRule]:
    """The file's exceptions. Raises BadInputError with what is wrong in it."""
    try:
        return _Document.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).exception
    except tomllib.TOMLDecodeError as error:
        raise BadInputError(f"{path.name} is no TOML: {error}") from error
    except ValidationError as error:
        wrong = "\n".join(f"  {_place(problem['loc'])}: {problem['msg']}" for problem in error.errors())
        raise BadInputError(f"{path.name} has exceptions that are none:\n{wrong}") from error


def apply_exceptions(exceptions: Sequence[ExceptionRule], runs: Sequence[Run]) -> Outcome:
    """Take the excused findings away, and look for exceptions that excuse nothing any more."""
    matched: set[tuple[int, str, str]] = set()
    unexcused, excused = [], 0
    for run in runs:
        for finding in run.findings:
            excuses = list(_excuses(exceptions, run, finding))
            matched.update((number, pattern, run.name) for number, pattern in excuses)
            excused += bool(excuses)
            if not excuses:
                unexcused.append((run, finding))
    return Outcome(unexcused=unexcused, stale=list(_stale(exceptions, runs, matched)), excused=excused)


def _excuses(exceptions: Sequence[ExceptionRule], run: Run, finding: Finding) -> Iterator[tuple[int, str]]:
    for number, exception in enumerate(exceptions):
        if exception.is_for(run):
            yield from ((number, pattern) for pattern in exception.excused_by(finding))


def _stale(
    exceptions: Sequence[ExceptionRule], runs: Sequence[Run], matched: set[tuple[int, str, str]]
) -> Iterator[str]:
    for number, exception in enumerate(exceptions):
        for run in filter(exception.is_for, runs):
            for pattern in exception.resources:
                if (number, pattern, run.name) not in matched:
                    yield f"exception {number + 1} ({exception}) matches nothing of {run.name}: {pattern}"


def _place(location: tuple[int | str, ...]) -> str:
    _, *rest = location
    number, *field = rest or (0,)
    return f"exception {int(number) + 1}, {'.'.join(map(str, field))}" if field else f"exception {int(number) + 1}"
