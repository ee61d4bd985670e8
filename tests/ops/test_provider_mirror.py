"""How providers are found on this machine."""

import platform
from pathlib import Path

import pytest

from ops.provider_mirror import provider_variables

AWS = "registry.terraform.io/hashicorp/aws"
REQUIRED = {AWS: "5.100.0"}


@pytest.fixture(autouse=True)
def _machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")


def mirror(folder: Path, *, version: str = "5.100.0", target: str = "linux_amd64") -> Path:
    (folder / AWS / version / target).mkdir(parents=True)
    return folder


def variables(tmp_path: Path, *, roots: tuple[Path, ...] = (), **environ: str) -> dict[str, str]:
    return provider_variables(
        required=REQUIRED,
        environ={"HOME": str(tmp_path / "home"), "XDG_DATA_DIRS": "", **environ},
        work=tmp_path / "work",
        optional_software=roots,
    )


def test_a_mirror_that_is_named_is_used_and_the_registry_is_not_asked_for_what_it_has(tmp_path: Path) -> None:
    folder = mirror(tmp_path / "named")

    found = variables(tmp_path, TF_PLUGIN_DIR=str(folder))

    text = Path(found["TF_CLI_CONFIG_FILE"]).read_text()
    assert f'path    = "{folder}"' in text
    assert text.count(f'include = ["{AWS}"]') == 1
    assert text.count(f'exclude = ["{AWS}"]') == 1


@pytest.mark.parametrize("place", ["home/.terraform.d/plugins", "home/.local/share/terraform/plugins"])
def test_terraforms_own_mirror_folders_are_searched(tmp_path: Path, place: str) -> None:
    mirror(tmp_path / place)

    assert "TF_CLI_CONFIG_FILE" in variables(tmp_path)


def test_folders_of_optional_software_are_searched(tmp_path: Path) -> None:
    mirror(tmp_path / "optional" / "providers")

    assert "TF_CLI_CONFIG_FILE" in variables(tmp_path, roots=(tmp_path / "optional", tmp_path / "absent"))


def test_a_packed_mirror_counts(tmp_path: Path) -> None:
    archive = tmp_path / "packed" / AWS / "terraform-provider-aws_5.100.0_linux_amd64.zip"
    archive.parent.mkdir(parents=True)
    archive.touch()

    assert "TF_CLI_CONFIG_FILE" in variables(tmp_path, TF_PLUGIN_DIR=str(tmp_path / "packed"))


@pytest.mark.parametrize(("version", "target"), [("5.99.0", "linux_amd64"), ("5.100.0", "darwin_arm64")])
def test_a_mirror_without_what_is_needed_leaves_it_to_the_registry(tmp_path: Path, version: str, target: str) -> None:
    folder = mirror(tmp_path / "named", version=version, target=target)

    found = variables(tmp_path, TF_PLUGIN_DIR=str(folder))

    assert found.keys() == {"TF_PLUGIN_CACHE_DIR", "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE"}
    assert Path(found["TF_PLUGIN_CACHE_DIR"]).is_dir()


def test_a_configuration_that_does_not_exist_is_no_configuration(tmp_path: Path) -> None:
    folder = mirror(tmp_path / "named")

    found = variables(tmp_path, TF_PLUGIN_DIR=str(folder), TF_CLI_CONFIG_FILE=str(tmp_path / "absent"))

    assert "TF_CLI_CONFIG_FILE" in found


@pytest.mark.parametrize("place", ["named.tfrc", "home/.terraformrc"])
def test_a_configuration_of_the_users_own_is_left_alone(tmp_path: Path, place: str) -> None:
    folder = mirror(tmp_path / "named")
    configuration = tmp_path / place
    configuration.parent.mkdir(exist_ok=True)
    configuration.touch()
    # An empty variable is as good as none.
    named = str(configuration) if place == "named.tfrc" else ""

    assert variables(tmp_path, TF_PLUGIN_DIR=str(folder), TF_CLI_CONFIG_FILE=named) == {}
