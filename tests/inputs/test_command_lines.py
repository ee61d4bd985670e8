"""Whatever is typed behind `python -m ops`, it ends with an exit code that is documented and leaves nothing behind."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import example, given
from hypothesis import strategies as st

from ops.cli import app
from tests.inputs.account import run
from tests.inputs.aws import PlayedAws
from tests.inputs.cases import cases, tried

# Done; failed; bad input; an image is missing.
_DOCUMENTED = {0, 1, 2, 3}


def _commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], list[str]]]:  # noqa: ANN401 - Click's
    """Every command with its options, those of groups of commands as well."""
    yield path, [name for one in group.params if one.param_type_name == "option" for name in one.opts]
    for name, command in getattr(group, "commands", {}).items():
        yield from _commands(command, (*path, name))


_COMMANDS = dict(_commands(typer.main.get_command(app)))
_OPTIONS = sorted({option for options in _COMMANDS.values() for option in options})
_WORDS = st.one_of(
    st.sampled_from(
        ["prod", "prod", "local", "broken", "nope", "../prod", "", "keys", "compute,keys", ",", "1", "-", "--"]
    ),
    st.text(max_size=10),
    st.text(alphabet="-=ab [/]\\\x00\x1b\n\udc80", max_size=10),
    st.just("x" * 5_000),
)
_ARGUMENTS = st.one_of(
    st.sampled_from(_OPTIONS),
    _WORDS,
    st.builds("{}={}".format, st.sampled_from(_OPTIONS), _WORDS),
)
_LINES = st.builds(
    lambda command, arguments: [*command, *arguments],
    st.sampled_from(sorted(_COMMANDS)) | st.lists(_WORDS, max_size=1),
    st.lists(_ARGUMENTS, max_size=5),
)


@cases(quick=150, long=8_000)
@example(line=["deploy", "x" * 300])
@example(line=["output", "--suffix", "\udc80"])
@given(line=_LINES)
def test_whatever_is_typed_is_answered_and_changes_nothing(line: list[str], project: Path, played: PlayedAws) -> None:
    before = _files(project)
    ended = run(*line)
    if ended.error:
        raise ended.error
    assert ended.code in _DOCUMENTED
    assert ended.said.strip()
    assert "Traceback" not in ended.said
    assert _files(project) == before
    assert not played.asked
    tried("command lines")


@pytest.mark.parametrize(
    "line", [["nonsense"], ["deploy", "--nonsense"], ["synth", "prod", "extra"], ["output", "--suffix"]]
)
@pytest.mark.usefixtures("project")
def test_what_no_command_takes_is_bad_input(line: list[str]) -> None:
    ended = run(*line)
    assert ended.code == 2
    assert line[-1] in ended.said


def _files(folder: Path) -> dict[Path, bytes]:
    """Every file outside the working folder."""
    return {
        path: path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".work" not in path.relative_to(folder).parts
    }
