"""Makes the prebuilt AWS provider cheap to import. Import this before anything from `cdktf_cdktf_provider_aws`.

Importing any one resource runs the package's root `__init__`, which imports all of its modules (over 4,000), and
the JavaScript side loads `lib/index.js`, which requires as many files. Neither is needed: every resource is a
package of its own, and `lib/lazy-index.js` ships beside the eager index. So the root is registered here without
being executed, and Node is started with a hook that resolves the eager index to the lazy one.

The JSON that comes out is the same byte for byte (tests/integration/test_synthesis.py), and `make bench` measures the
difference. `AWS_BINDINGS=eager` turns this off.
"""

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

_PACKAGE = "cdktf_cdktf_provider_aws"
_NODE_HOOK = Path(__file__).with_name("bindings.cjs")


def _register_without_executing(package: str) -> None:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError(f"{package} is not installed: run `make setup`", name=package)
    module = ModuleType(package, "Registered by stacks.bindings; import the resource modules below it.")
    module.__spec__ = spec
    module.__path__ = list(spec.submodule_search_locations)
    sys.modules[package] = module


def _start_node_with(hook: Path) -> None:
    options = os.environ.get("NODE_OPTIONS", "")
    os.environ["NODE_OPTIONS"] = f'{options} --require "{hook}"'.strip()


if os.environ.get("AWS_BINDINGS", "lazy") != "eager" and _PACKAGE not in sys.modules:
    _register_without_executing(_PACKAGE)
    _start_node_with(_NODE_HOOK)
    # jsii prints a banner over every command for a Node past its end of life; `make setup` says it once instead.
    os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "18,20")
