"""How a module of `emulator.services` adds calls to a moto service.

moto keeps a service in two classes: a response class (one method per API call, found by name) and a backend
class (the state of one account and region). An extension writes the missing methods in a class body of its own,
as they would stand in moto's, and `extends` puts them there:

    @extends(CloudWatchResponse)
    class CompositeAlarmCalls(CloudWatchResponse):
        def put_composite_alarm(self) -> ActionResult: ...
"""

from collections.abc import Callable
from typing import Any, TypeVar

from moto.core.base_backend import BaseBackend

T = TypeVar("T")
Extension = TypeVar("Extension", bound=type)

_CLASS_MACHINERY = frozenset({"__module__", "__doc__", "__dict__", "__weakref__", "__qualname__"})


def extends(target: type) -> Callable[[Extension], Extension]:
    """Put every attribute of the decorated class body on `target`, in place of what is there.

    A method that wraps the one it replaces saves that one first, at module level: `_create = Backend.create`.
    """

    def install(extension: Extension) -> Extension:
        for name, attribute in vars(extension).items():
            if name not in _CLASS_MACHINERY:
                setattr(target, name, attribute)
        return extension

    return install


def state(backend: BaseBackend, name: str, make: Callable[[], T]) -> T:
    """The extension's own part of a backend's state, made at first use and forgotten when moto resets it."""
    attributes: dict[str, Any] = backend.__dict__
    found: T = attributes.setdefault(f"_extension_{name}", make())
    return found
