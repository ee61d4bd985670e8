"""What a rule of a security group lets through: a protocol, and the ports of it."""

from dataclasses import dataclass
from typing import Any, Self

ANY = "any"

# How AWS writes protocols, besides by their names.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
_PROTOCOLS = {"-1": ANY, "all": ANY, "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}


@dataclass(frozen=True, order=True)
class Traffic:
    """A protocol and a range of its ports, both ends included; of any protocol, always all ports."""

    protocol: str
    first: int
    last: int

    @classmethod
    def of(cls, *, protocol: Any, first: Any, last: Any) -> Self:  # noqa: ANN401 - any JSON
        """The traffic that a rule speaks of."""
        name = _PROTOCOLS.get(str(protocol).lower(), str(protocol).lower())
        # For any protocol AWS ignores ports, and for ICMP -1 stands for all.
        if name == ANY or None in {first, last} or -1 in {int(first), int(last)}:
            return cls(name, 0, 65535)
        return cls(name, int(first), int(last))

    def common(self, other: "Traffic") -> "Traffic | None":
        """What both let through, or None."""
        if ANY in {self.protocol, other.protocol}:
            return other if self.protocol == ANY else self
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Traffic(self.protocol, first, last) if self.protocol == other.protocol and first <= last else None

    def __contains__(self, other: "Traffic") -> bool:
        return self.common(other) == other

    def __str__(self) -> str:
        if self.protocol == ANY:
            return "any port of any protocol"
        if (self.first, self.last) == (0, 65535):
            return f"any port of {self.protocol}"
        ports = str(self.first) if self.first == self.last else f"{self.first} to {self.last}"
        return f"{self.protocol} {ports}"


def tcp(port: int) -> Traffic:
    """One port of TCP."""
    return Traffic("tcp", port, port)
