"""Whatever lies where a settings file should be, and whatever it is asked for as, is explained in one block."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stacks.settings import Settings
from stacks.settings_file import ENVIRONMENTS, SettingsError, load_settings
from tests.inputs.cases import cases, tried

_RIGHT = (ENVIRONMENTS / "local.toml").read_bytes()
_BYTES = st.one_of(
    st.binary(max_size=200),
    st.integers(0, len(_RIGHT) - 1).map(lambda end: _RIGHT[:end]),
    st.tuples(st.integers(0, len(_RIGHT)), st.binary(min_size=1, max_size=4)).map(
        lambda at: _RIGHT[: at[0]] + at[1] + _RIGHT[at[0] :]
    ),
    st.tuples(st.sampled_from([b"\xef\xbb\xbf", b"\xff\xfe", b"\x00", b"\r", b"[", b"]]", b"'''"]), st.booleans()).map(
        lambda at: at[0] + _RIGHT if at[1] else _RIGHT + at[0]
    ),
    st.sampled_from(["utf-16", "utf-32", "latin-1"]).map(lambda encoding: _RIGHT.decode().encode(encoding) + b"#\xe9"),
    st.integers(1, 2_000).map(lambda depth: b"a = " + b"[" * depth),
    st.integers(1, 500).map(lambda depth: b"a" + b".a" * depth + b" = 1\n" + _RIGHT),
)
_NAMES = st.one_of(
    st.text(max_size=20),
    st.text(alphabet="abc../\\~ \n\x00\x1b\udc80", max_size=20),
    st.integers(1, 5_000).map(lambda length: "x" * length),
    st.sampled_from(["../environments/prod", "/etc/passwd", "prod.toml", "prod/", ".", "..", "", "prod\n", "-h", "%s"]),
)


def _link(there: Path, to: Path) -> None:
    there.symlink_to(to)


_THINGS: dict[str, Callable[[Path], None]] = {
    "a folder": lambda there: there.mkdir(),
    "a link to itself": lambda there: _link(there, there),
    "a link to nothing": lambda there: _link(there, there.with_name("nothing")),
    "a link to a device": lambda there: _link(there, Path("/dev/zero")),
    "a pipe": os.mkfifo,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("project") / "environments"
    made.mkdir()
    return made


def refusal(name: str, *, suffix: str | None = None, folder: Path) -> str:
    """What is said of settings that cannot be used; nothing where they can be."""
    try:
        loaded = load_settings(name, suffix=suffix, folder=folder)
    except SettingsError as refused:
        said = str(refused)
        assert all(line.isprintable() for line in said.splitlines()), said
        assert len(said) < 20_000
        return said
    assert isinstance(loaded, Settings)
    return ""


@cases(quick=400, long=15_000)
@example(content=b"a = " + b"9" * 5_000)  # Python refuses to read such a number, and not as TOML's error
@example(content=b"a = " + b"[" * 5_000)
@example(content=b"[environment]\nsuffix" + b".a" * 2_000 + b" = 1")
@example(content=_RIGHT.replace(b"\n", b"\r\n"))
@given(content=_BYTES)
def test_bytes_that_are_no_settings_are_blamed_on_the_file(content: bytes, folder: Path) -> None:
    (folder / "prod.toml").write_bytes(content)
    said = refusal("prod", folder=folder)
    assert not said or said.startswith(("environments/prod.toml is not valid TOML: ", "environments/prod.toml cannot"))
    tried("TOML bytes")


@cases(quick=300, long=10_000)
@example(name="x" * 300)  # longer than a file's name can be
@example(name="a\x00/b")
@given(name=_NAMES)
def test_a_name_of_no_environment_is_repeated_and_explained(name: str, folder: Path) -> None:
    (folder / "prod.toml").write_bytes(_RIGHT)
    said = refusal(name, folder=folder)
    assert said.startswith(("There is no environment '", repr(name)[:50])) or name == "prod"
    tried("names of environments")


@cases(quick=200, long=5_000)
@given(suffix=_NAMES)
def test_a_suffix_that_is_none_is_blamed_on_its_variable(suffix: str, folder: Path) -> None:
    (folder / "prod.toml").write_bytes(_RIGHT)
    said = refusal("prod", suffix=suffix, folder=folder)
    assert not said or "[environment] suffix (from ENVIRONMENT_SUFFIX): " in said
    tried("suffixes")


@pytest.mark.parametrize("thing", _THINGS)
def test_what_is_no_file_is_not_read(thing: str, tmp_path: Path) -> None:
    _THINGS[thing](tmp_path / "prod.toml")
    assert "prod" in refusal("prod", folder=tmp_path)
    tried("things that are no files")


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> str:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "prod.toml").write_bytes(_RIGHT)
    monkeypatch.setattr(Path, "read_text", refuse)  # whoever tests as root may read everything
    assert "prod.toml cannot be read: Permission denied" in refusal("prod", folder=tmp_path)
