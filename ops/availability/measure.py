"""One fault measured: users at work, the fault in their midst, and what they noticed of it.

Counted from the moment of the fault:

- lost: requests that were not answered, or not with what was asked for; "in flight" those that had begun before
- seconds to detect: until the balancer sends the broken task nothing more, where a task is what broke
- seconds to recover: until the last lost request had ended, or the last that had to wait for over a second
- writes missing: notes that a user was told are written, and that the surviving writer does not have
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from ops.availability.faults import Fault, Struck
from ops.availability.lab import Lab
from ops.availability.load import Closed, Load, Open, Request

_BEFORE_SECONDS = 2
_NOTICEABLE_SECONDS = 1.0


@dataclass(frozen=True)
class Outcome:
    """What a fault did to users."""

    fault: str
    requests: Sequence[Request]
    struck: Struck
    missing_writes: int

    @property
    def sent(self) -> int:
        """How many requests the fault could have met."""
        return len(self._met)

    @property
    def lost(self) -> list[Request]:
        """Those that failed."""
        return [request for request in self._met if request.failed]

    @property
    def lost_in_flight(self) -> list[Request]:
        """Those that failed and had begun before the fault."""
        return [request for request in self.lost if request.intended < self.struck.began]

    @property
    def seconds_to_detect(self) -> float | None:
        """None where nobody has to."""
        return None if self.struck.detected is None else self.struck.detected - self.struck.began

    @property
    def seconds_to_recover(self) -> float:
        """How long users noticed anything."""
        noticed = [request for request in self._met if request.failed or request.seconds > _NOTICEABLE_SECONDS]
        return max((request.ended for request in noticed), default=self.struck.began) - self.struck.began

    @property
    def seconds_to_write_again(self) -> float | None:
        """From when there was a writer again to the first write that succeeded; None if neither was."""
        back = self.struck.writer_back
        written = [request.ended for request in self.requests if request.is_write and not request.failed]
        return None if back is None else min((ended - back for ended in written if ended > back), default=None)

    @property
    def acknowledged(self) -> int:
        """How many notes users were told are written."""
        return sum(request.note_id is not None for request in self.requests)

    @property
    def _met(self) -> list[Request]:
        return [request for request in self.requests if request.ended >= self.struck.began]


def measure(lab: Lab, fault: Fault, *, model: Open | Closed) -> Outcome:
    """Let a fault happen under load, mend it, and say what came of it."""
    with Load(lab.balancer.url, model) as load:
        time.sleep(_BEFORE_SECONDS)
        struck = fault.strike(lab)
        time.sleep(fault.aftermath_seconds)
    written = set(lab.query("SELECT id FROM note"))
    fault.mend(lab)
    acknowledged = {request.note_id for request in load.requests if request.note_id is not None}
    return Outcome(fault=fault.name, requests=load.requests, struck=struck, missing_writes=len(acknowledged - written))
