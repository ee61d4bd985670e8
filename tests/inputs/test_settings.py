"""Settings that are right load, and of those that are not every wrong key is named, whatever is wrong with it."""

from pathlib import Path

import pytest
from hypothesis import given

from stacks.settings_file import SettingsError, load_settings
from tests.inputs.broken_settings import Broken, broken_documents
from tests.inputs.cases import cases, tried
from tests.inputs.toml import to_toml
from tests.inputs.valid_settings import Document, documents

# A block for people: no line that a terminal would have to break more than a few times.
_LONGEST_LINE = 1_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("project") / "environments"
    made.mkdir()
    return made


@cases(quick=200, long=4_000)
@given(document=documents())
def test_settings_that_are_right_load(document: Document, folder: Path) -> None:
    (folder / "prod.toml").write_text(to_toml(document), encoding="utf-8")
    loaded = load_settings("prod", folder=folder).model_dump()
    for section, keys in document.items():
        assert {key: loaded[section][key] for key in keys} == keys
    tried("settings valid")


@cases(quick=600, long=15_000)
@given(broken=broken_documents())
def test_of_settings_that_are_wrong_every_wrong_key_is_named(broken: Broken, folder: Path) -> None:
    (folder / "prod.toml").write_text(to_toml(broken.document), encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        load_settings("prod", folder=folder)
    message = str(refused.value)
    assert message.startswith("environments/prod.toml cannot be used:\n  - [")
    for named in broken.named:
        assert f"  - {named}" in message
    for line in message.splitlines():
        assert line.isprintable(), line
        assert len(line) < _LONGEST_LINE, line[:200]
    tried("settings broken")
