"""What a rule lets through, as AWS writes it in several ways."""

import pytest

from ops.audit.traffic import Traffic, tcp


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        (tcp(443), tcp(443), tcp(443)),
        (tcp(443), tcp(80), None),
        (tcp(443), Traffic("udp", 443, 443), None),
        (tcp(443), Traffic("tcp", 0, 1000), tcp(443)),
        (Traffic("tcp", 0, 443), Traffic("tcp", 443, 500), tcp(443)),
        (tcp(443), Traffic.of(protocol="-1", first=0, last=0), tcp(443)),
        (tcp(443), Traffic.of(protocol="6", first="443", last="443"), tcp(443)),
        (Traffic.of(protocol="icmp", first=-1, last=-1), Traffic("icmp", 8, 8), Traffic("icmp", 8, 8)),
    ],
)
def test_only_what_both_sides_allow_passes(one: Traffic, other: Traffic, common: Traffic | None) -> None:
    assert one.common(other) == other.common(one) == common
