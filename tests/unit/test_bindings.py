"""The provider's bindings are imported one by one; tests/integration compares what comes out with the plain import."""

import sys

import stacks.bindings


def test_only_the_modules_that_are_used_are_loaded() -> None:
    package = "cdktf_cdktf_provider_aws"
    loaded = [name for name in sys.modules if name.startswith(f"{package}.")]
    assert package in sys.modules
    assert len(loaded) < 200, "the package's root has been executed: import stacks.bindings before anything of it"
    assert stacks.bindings.__doc__
