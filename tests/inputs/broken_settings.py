"""Settings that are wrong: a right file with one to three things broken in it, and what has to be said of each."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hypothesis import strategies as st

from stacks.section import Section
from stacks.settings import Settings
from tests.inputs.toml import is_plain
from tests.inputs.valid_settings import Document

# What is broken starts as one of these: all that a file needs, or all that it may say.
LEAST: Document = {
    "environment": {
        "suffix": "prod",
        "account_id": "111122223333",
        "project": "shop",
        "owner": "a@b.io",
        "cost_center": "1",
    },
    "alerting": {"emails": ["a@b.io", "b@b.io"]},
    "service": {"certificate": "a.io"},
}
_MOST: Document = Settings.model_validate(LEAST).model_dump(exclude_none=True)
_REQUIRED = {
    "environment": ("suffix", "account_id", "project", "owner", "cost_center"),
    "alerting": ("emails",),
    "service": ("certificate",),
}
_KINDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("instances", "backup_retention_days", "container_port", "cpu", "memory"), (int,)),
    **dict.fromkeys(("min_tasks", "max_tasks", "waf_rate_limit", "retention_days", "monthly_budget_usd"), (int,)),
    **dict.fromkeys(("min_capacity", "max_capacity", "latency_p99_seconds"), (int, float)),
    **dict.fromkeys(("zones", "reserved_cidrs", "emails"), (list,)),
    **dict.fromkeys(("waf", "enabled"), (bool,)),
}
KEYS = {
    section: tuple(one.annotation.model_fields)
    for section, one in Settings.model_fields.items()
    if isinstance(one.annotation, type) and issubclass(one.annotation, Section)
}

_HUGE = st.integers(4_300, 6_000).map(lambda digits: 16**digits)
_JUNK = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(),
        _HUGE,
        st.floats(),
        st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40),
        st.dates().map(lambda day: date(day.year, day.month, day.day)),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet="ab c\x1b\n", max_size=3), inner),
    max_leaves=5,
)

# What no text of the settings may have in it: what a terminal obeys, and what Terraform takes for an expression.
_FORBIDDEN = ("\n", "\x00", "\x1b[31m", "\x7f", "\u2028", "${path.module}", "%{if true}")
_TEXTS = st.one_of(
    st.just(""),
    st.just("x" * 5_000),
    st.sampled_from(_FORBIDDEN).map("a{}b".format),
    st.sampled_from(_FORBIDDEN).map("https://example.com/{}/x".format),
    st.sampled_from(_FORBIDDEN).map("/{}x".format),
    st.sampled_from(_FORBIDDEN).map("a{}@example.com".format),
)

# Of the right kind, and out of range; what is not here is of one kind or the other, which `_of_another_kind` breaks.
_OUT_OF_RANGE: dict[str, st.SearchStrategy[Any]] = {
    "suffix": st.sampled_from(["A", "a--b", "-a", "a-", "a_b", "a" * 29, "é", "a.b", "a b"]),
    "account_id": st.sampled_from(["1" * 11, "1" * 13, "٣" * 12, "a" * 12, " " + "1" * 11]),
    "region": st.sampled_from(["us-east-2", "US-EAST-1", "eu-west-1"]),
    **dict.fromkeys(("project", "owner", "cost_center"), st.sampled_from(["x" * 257, "a*b", "#", "<a>"])),
    "runbooks": st.sampled_from(["http://a.io", "https://a.io/", "https:///", f"https://a.io/{'x' * 1024}", "a.io"]),
    "emails": st.sampled_from(
        [[], ["a@b.io"], ["a@b.io", "A@b.io"], ["a@b.io", "b"], ["a@b.io", "b@c"], ["a@b.io", 1], ["é @b.io", "a@b.io"]]
    ),
    "zones": st.sampled_from([[], ["us-east-1a"] * 3, ["us-east-1a", "us-east-1b", "us-east-1z"], [1, 2, 3]]),
    "reserved_cidrs": st.sampled_from([["x"], [""], ["10.0.0.0/33"], ["10.0.0.1/8"], ["::/0"], [1]]),
    "cidr": st.sampled_from(
        ["10.0.0.0/255.255.0.0", "10.0.0.0/0.0.255.255", "10.20.0.0/016", "10.20.0.0", "8.8.0.0/16", "10.0.0.0/21"]
    ),
    "engine_version": st.sampled_from(["15.3", "16.1", "15", "15.٣", "15.6 ", "15.6.1"]),
    **dict.fromkeys(("name", "master_username", "service_username"), st.sampled_from(["1a", "A", "a-b", "postgres"])),
    "min_capacity": st.sampled_from([0, 0.3, 257, -1, float("nan"), float("inf"), 16**300, 0.75]),
    "max_capacity": st.sampled_from([0.5, 256.5, -1.0, float("nan"), float("inf"), 16**300, 8.1]),
    "instances": st.integers().filter(lambda n: not 2 <= n <= 6),
    **dict.fromkeys(("backup_retention_days", "retention_days"), st.integers().filter(lambda n: n != 7)),
    "certificate": st.sampled_from(
        ["x", "*", "A.com", "a..b.io", f"{'a.' * 130}io", "arn:aws:acm:us-east-1:٣٣٣٣٣٣٣٣٣٣٣٣:certificate/a"]
    ),
    "image_tag": st.sampled_from([".a", "-a", "a" * 129, "a b", "é"]),
    "image_digest": st.sampled_from(
        ["sha256:", "0" * 64, f"sha256:{'A' * 64}", f"sha1:{'0' * 40}", f"sha256:{'٣' * 64}"]
    ),
    "restored": st.sampled_from(["20261124", "20261124-0800", "2026-11-24T08:00:00Z", "٢٠٢٦١١٢٤-080000", "latest"]),
    "container_port": st.integers().filter(lambda n: not 1024 <= n <= 65535),
    "target_protocol": st.sampled_from(["http", "TCP", "HTTPS "]),
    "health_check_path": st.sampled_from(["x", "/a b", "/é", f"/{'x' * 1024}"]),
    "cpu": st.integers().filter(lambda n: n not in {256, 512, 1024, 2048, 4096}),
    "memory": st.integers().filter(lambda n: n % 512 != 0),
    "architecture": st.sampled_from(["arm64", "x86", "AMD64"]),
    **dict.fromkeys(("min_tasks", "max_tasks"), st.integers().filter(lambda n: not 2 <= n <= 1000)),
    "waf_rate_limit": st.integers().filter(lambda n: not 10 <= n <= 2_000_000_000),
    **dict.fromkeys(("hosted_zone", "domain"), st.sampled_from(["a", "A.io", "*.a.io", "a.io.", f"{'a.' * 130}io"])),
    "schedule": st.sampled_from(
        ["rate(7 days)", "cron(60 5 * * ? *)", "cron(0 24 * * ? *)", "cron(0 5 ? * MON *)", "cron(٣ 5 * * ? *)", "cron"]
    ),
    "monthly_budget_usd": st.sampled_from([0, -1, 10**13, 16**300]),
    "latency_p99_seconds": st.sampled_from([0, -1, 61, float("nan"), float("inf"), 16**300, -0.0]),
}


@dataclass
class Broken:
    """A file, and the words that have to be in what is said about it."""

    document: Document
    named: list[str] = field(default_factory=list)


def shown(key: str) -> str:
    """A key as a message has to show it: as it is where it is plain, else so that a terminal does not obey it."""
    return key if is_plain(key) else json.dumps(key, ensure_ascii=not key.isprintable())


@st.composite
def broken_documents(draw: st.DrawFn) -> Broken:
    """A file with something wrong in one to three of its sections."""
    broken = Broken(copy.deepcopy(draw(st.sampled_from([LEAST, _MOST]))))
    for section in draw(st.lists(st.sampled_from(sorted(KEYS)), min_size=1, max_size=3, unique=True)):
        draw(st.sampled_from(_BREAKS))(draw, broken, section)
    if not broken.named:
        _unknown_section(draw, broken, "")
    return broken


def _set(broken: Broken, section: str, key: str, value: Any) -> None:  # noqa: ANN401 - anything at all
    broken.document.setdefault(section, {})[key] = value
    broken.named.append(f"[{section}] {key}")


def _of_another_kind(draw: st.DrawFn, broken: Broken, section: str) -> None:
    key = draw(st.sampled_from(KEYS[section]))
    kinds = _KINDS.get(key, (str,))
    _set(broken, section, key, draw(_JUNK.filter(lambda junk: type(junk) not in kinds)))


def _out_of_range(draw: st.DrawFn, broken: Broken, section: str) -> None:
    keys = [key for key in KEYS[section] if key in _OUT_OF_RANGE]
    if keys:
        key = draw(st.sampled_from(keys))
        _set(broken, section, key, draw(_OUT_OF_RANGE[key]))


def _no_such_text(draw: st.DrawFn, broken: Broken, section: str) -> None:
    texts = [key for key in KEYS[section] if key not in _KINDS]
    if texts:
        _set(broken, section, draw(st.sampled_from(texts)), draw(_TEXTS))


def _unknown_key(draw: st.DrawFn, broken: Broken, section: str) -> None:
    key = draw(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20).filter(_not_in(KEYS[section])))
    broken.document.setdefault(section, {})[key] = draw(_JUNK)
    broken.named.append(f"[{section}] {shown(key)}")


def _another_sections_key(draw: st.DrawFn, broken: Broken, section: str) -> None:
    other = draw(st.sampled_from([one for one in KEYS if one != section]))
    key = draw(st.sampled_from([key for key in KEYS[other] if key not in KEYS[section]]))
    _set(broken, section, key, 1)


def _missing_key(draw: st.DrawFn, broken: Broken, section: str) -> None:
    if section in _REQUIRED:
        key = draw(st.sampled_from(_REQUIRED[section]))
        del broken.document[section][key]
        broken.named.append(f"[{section}] {key}: is missing")


def _missing_section(_draw: st.DrawFn, broken: Broken, section: str) -> None:
    if section in _REQUIRED:
        del broken.document[section]
        broken.named.append(f"[{section}]: is missing")


def _no_table(draw: st.DrawFn, broken: Broken, section: str) -> None:
    broken.document[section] = draw(_JUNK.filter(lambda junk: not isinstance(junk, dict)))
    broken.named.append(f"[{section}]: must be a table")


def _unknown_section(draw: st.DrawFn, broken: Broken, _section: str) -> None:
    name = draw(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20).filter(_not_in(KEYS)))
    broken.document[name] = draw(_JUNK)
    broken.named.append(f"[{shown(name)}]: is not a key that exists")


def _not_in(known: Any) -> Callable[[str], bool]:  # noqa: ANN401 - any collection
    return lambda name: name not in known


_BREAKS = (
    _of_another_kind, _out_of_range, _out_of_range, _no_such_text, _unknown_key, _another_sections_key, _missing_key,
    _missing_section, _no_table, _unknown_section
)  # fmt: skip
