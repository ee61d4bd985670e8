"""Finds the providers that are on this machine already, so that Terraform downloads them once, or never.

A mirror is a folder that holds `registry.terraform.io`, laid out as Terraform's `filesystem_mirror` wants it. Where
it has the very version that the stacks need, Terraform is told to take that and not to ask the registry for it;
everything else comes from the registry, through a cache that all layers share.
"""

import json
import platform
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_HOST = "registry.terraform.io"
# Below these, each folder belongs to one piece of optional software (Filesystem Hierarchy Standard).
_OPTIONAL_SOFTWARE = (Path("/opt"),)


@dataclass(frozen=True)
class Mirror:
    """A folder with providers, and the full names of those that it has in the versions that are needed."""

    folder: Path
    providers: tuple[str, ...]


def provider_variables(
    *,
    required: Mapping[str, str],
    environ: Mapping[str, str],
    work: Path,
    optional_software: tuple[Path, ...] | None = None,
) -> dict[str, str]:
    """The environment variables that make Terraform find `required` providers; none where the user has decided.

    A CLI configuration of the user's own (TF_CLI_CONFIG_FILE, or the file in the home folder) is left alone.
    """
    if _has_own_configuration(environ):
        return {}
    roots = _OPTIONAL_SOFTWARE if optional_software is None else optional_software
    mirror = find_mirror(required=required, candidates=_candidates(environ, roots))
    if mirror:
        return {"TF_CLI_CONFIG_FILE": str(_write_configuration(mirror, work / "terraform.tfrc"))}
    if "TF_PLUGIN_CACHE_DIR" in environ:
        return {}
    cache = work / "providers"
    cache.mkdir(parents=True, exist_ok=True)
    # The lock files live in the ignored working folder, so there is none to protect from the cache.
    return {"TF_PLUGIN_CACHE_DIR": str(cache), "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "true"}


def find_mirror(*, required: Mapping[str, str], candidates: Iterator[Path]) -> Mirror | None:
    """The first folder that has at least one of the providers in the version that is needed."""
    for folder in candidates:
        providers = tuple(name for name, version in sorted(required.items()) if _has(folder, name, version))
        if providers:
            return Mirror(folder=folder, providers=providers)
    return None


def _has_own_configuration(environ: Mapping[str, str]) -> bool:
    named = environ.get("TF_CLI_CONFIG_FILE")
    if named:
        return Path(named).is_file()
    return (Path(environ.get("HOME", "/")) / ".terraformrc").is_file()


def _candidates(environ: Mapping[str, str], optional_software: tuple[Path, ...]) -> Iterator[Path]:
    """Where a mirror may be: named, or in a folder that Terraform itself looks into, or beside installed software.

    https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
    """
    home = Path(environ.get("HOME", "/"))
    if named := environ.get("TF_PLUGIN_DIR"):
        yield Path(named)
    yield home / ".terraform.d/plugins"
    if sys.platform == "darwin":
        yield home / "Library/Application Support/io.terraform/plugins"
        yield Path("/Library/Application Support/io.terraform/plugins")
    yield Path(environ.get("XDG_DATA_HOME", home / ".local/share")) / "terraform/plugins"
    for shared in environ.get("XDG_DATA_DIRS", "/usr/local/share:/usr/share").split(":"):
        yield Path(shared) / "terraform/plugins"
    for root in optional_software:
        if root.is_dir():
            yield from sorted(folder for folder in root.iterdir() if folder.is_dir())


def _has(folder: Path, provider: str, version: str) -> bool:
    """Whether `folder` has the provider in this version for this machine, unpacked or as the registry's archive."""
    if not provider.startswith(f"{_HOST}/"):
        return False
    target = f"{platform.system().lower()}_{_architecture()}"
    base, kind = folder / provider, provider.rsplit("/", 1)[1]
    archive = base / f"terraform-provider-{kind}_{version}_{target}.zip"
    try:
        return (base / version / target).is_dir() or archive.is_file()
    except PermissionError:
        return False


def _architecture() -> str:
    machine = platform.machine().lower()
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)


def _write_configuration(mirror: Mirror, path: Path) -> Path:
    providers = json.dumps(list(mirror.providers))
    text = (
        "provider_installation {\n"
        f"  filesystem_mirror {{\n    path    = {json.dumps(str(mirror.folder))}\n    include = {providers}\n  }}\n"
        f"  direct {{\n    exclude = {providers}\n  }}\n"
        "}\n"
    )
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return path
