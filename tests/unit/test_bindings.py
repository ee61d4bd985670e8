"""The provider's bindings are imported one by one; tests/integration compares what comes out with the plain import."""

import importlib.util
import os
import sys

import pytest

import stacks.bindings

PACKAGE = "cdktf_cdktf_provider_aws"
NODE_OPTIONS = "--max-old-space-size=4096"


def test_only_the_modules_that_are_used_are_loaded() -> None:
    loaded = [name for name in sys.modules if name.startswith(f"{PACKAGE}.")]
    assert PACKAGE in sys.modules
    assert len(loaded) < 200, "the package's root has been executed: import stacks.bindings before anything of it"
    assert stacks.bindings.__doc__


@pytest.mark.parametrize(("bindings", "lazy"), [("eager", False), ("lazy", True), (None, True)])
def test_the_switch_turns_both_halves_off_and_keeps_what_node_was_told(
    bindings: str | None, *, lazy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, PACKAGE)
    monkeypatch.setenv("NODE_OPTIONS", NODE_OPTIONS)
    monkeypatch.delenv("AWS_BINDINGS", raising=False)
    if bindings:
        monkeypatch.setenv("AWS_BINDINGS", bindings)
    spec = importlib.util.spec_from_file_location("bindings_once_more", stacks.bindings.__file__)
    assert spec
    assert spec.loader
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    assert (PACKAGE in sys.modules) is lazy, "Python's half"
    kept, _, added = os.environ["NODE_OPTIONS"].partition(" ")
    assert kept == NODE_OPTIONS
    assert ("--require" in added) is lazy, "Node's half"
