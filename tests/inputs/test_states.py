"""States and locks that are damaged where they are kept: the layer is named, and the lock is of nobody knows whom."""

import io
import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ops.errors import OpsError
from ops.locks import Lock, Locks
from ops.plan.root import merged_state
from ops.state import States
from tests.inputs.account import BACKEND, state
from tests.inputs.aws import altered
from tests.inputs.cases import cases, tried

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)
_STATE = json.dumps(state("keys")).encode()
_STATES = st.one_of(
    st.integers(0, 2**32).map(lambda seed: altered(_STATE, seed=seed)),
    st.integers(0, len(_STATE)).map(lambda end: _STATE[:end]),
    st.binary(max_size=20),
    _JSON.map(lambda junk: json.dumps(junk).encode()),
)
_LOCK = {"ID": "1b2c", "Who": "me@here", "Operation": "apply", "Created": "2024-05-06T07:08:09.123456789Z"}
_LOCKS = st.one_of(
    st.integers(0, 2**32).map(lambda seed: altered(json.dumps(_LOCK).encode(), seed=seed).decode()),
    st.integers(1, 100).map(lambda end: json.dumps(_LOCK)[:end]),
    st.text(min_size=1, max_size=20),
    _JSON.map(json.dumps),
)


@dataclass
class _Keeps:
    """A session whose S3 and DynamoDB keep one thing."""

    content: bytes = b""
    item: str = ""

    def client(self, *_names: str, **_options: str) -> "_Keeps":
        return self

    def get_object(self, **_which: str) -> dict[str, Any]:
        return {"Body": io.BytesIO(self.content)}

    def get_item(self, **_which: object) -> dict[str, Any]:
        return {"Item": {"Info": {"S": self.item}}} if self.item else {}


@cases(quick=300, long=10_000)
@example(content=b"[" * 100_000)
@example(content=b'{"outputs": {"a": {}}}')
@example(content=b'{"resources": [{"mode": "managed"}]}')
@given(content=_STATES)
def test_a_state_that_is_damaged_is_named_and_one_that_is_not_is_read(content: bytes) -> None:
    states = States(session=_Keeps(content=content), backend=BACKEND, suffix="prod")  # type: ignore[arg-type]
    said = ""
    try:
        merged_state({"keys": states.read("keys")})
    except OpsError as refused:
        said = str(refused)
    assert not said or said.startswith("The state of keys is damaged")
    tried("states")


@cases(quick=300, long=10_000)
@given(text=_LOCKS)
def test_a_lock_that_cannot_be_read_is_a_lock(text: str) -> None:
    locks = Locks(session=_Keeps(item=text), backend=BACKEND, suffix="prod")  # type: ignore[arg-type]
    assert isinstance(locks.find("keys"), Lock)
    tried("locks")


@pytest.mark.parametrize("content", [b"{}", b"[]", b"3", b"\xff\xfe"])
def test_a_lock_file_that_cannot_be_read_is_a_lock(content: bytes) -> None:
    locks = Locks(session=_Keeps(content=content), backend=BACKEND, suffix="prod")  # type: ignore[arg-type]
    assert isinstance(locks.find("keys"), Lock)
    tried("locks")
