"""Shifts of load balancers that allow them.

https://docs.aws.amazon.com/arc-zonal-shift/latest/api/API_Operations.html
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.elbv2.models import FakeLoadBalancer, elbv2_backends
from moto.moto_api._internal import mock_random

_EXPIRES_IN = re.compile(r"([1-9][0-9]*)([mh])")
_LONGEST = timedelta(hours=72)
_ALLOWED = "zonal_shift.config.enabled"


class ResourceNotFoundError(JsonRESTError):
    """There is no such shift, or no resource that can be shifted."""

    code = 404

    def __init__(self, message: str) -> None:
        super().__init__("ResourceNotFoundException", message)


class ConflictError(JsonRESTError):
    """A resource is shifted away from one zone at a time."""

    code = 409

    def __init__(self, message: str) -> None:
        super().__init__("ConflictException", message)


class ValidationError(JsonRESTError):
    """What was asked for makes no sense."""

    def __init__(self, message: str) -> None:
        super().__init__("ValidationException", message)


@dataclass
class ZonalShift:
    """Traffic of a resource that goes elsewhere for a while."""

    id: str
    resource: str
    away_from: str
    comment: str
    start: datetime
    expiry: datetime
    cancelled: bool = False

    @property
    def status(self) -> str:
        """ACTIVE until it expires or is cancelled."""
        if self.cancelled:
            return "CANCELED"
        return "ACTIVE" if utcnow() < self.expiry else "EXPIRED"

    def to_json(self) -> dict[str, Any]:
        """As the API answers it."""
        return {
            "zonalShiftId": self.id,
            "resourceIdentifier": self.resource,
            "awayFrom": self.away_from,
            "comment": self.comment,
            "startTime": self.start.timestamp(),
            "expiryTime": self.expiry.timestamp(),
            "status": self.status,
        }


class ZonalShiftBackend(BaseBackend):
    """The shifts of one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.shifts: dict[str, ZonalShift] = {}

    def start(self, *, resource: str, away_from: str, expires_in: str, comment: str) -> ZonalShift:
        """Shift traffic of a load balancer away from a zone, which is named by its id."""
        balancer = self._managed(resource)
        if away_from not in self._zones(balancer):
            raise ValidationError(f"The resource is not in the zone {away_from}")
        if self.active(resource):
            raise ConflictError("There is an active zonal shift for this resource")
        now = utcnow()
        shift = ZonalShift(
            id=str(mock_random.uuid4()),
            resource=resource,
            away_from=away_from,
            comment=comment,
            start=now,
            expiry=now + _length(expires_in),
        )
        self.shifts[shift.id] = shift
        return shift

    def update(self, shift_id: str, *, expires_in: str | None, comment: str | None) -> ZonalShift:
        """Let a shift last longer, counted from now."""
        shift = self._existing(shift_id)
        if expires_in:
            shift.expiry = utcnow() + _length(expires_in)
        shift.comment = comment or shift.comment
        return shift

    def cancel(self, shift_id: str) -> ZonalShift:
        """Let traffic come back."""
        shift = self._existing(shift_id)
        if shift.status != "ACTIVE":
            raise ConflictError("The zonal shift is not active")
        shift.cancelled = True
        return shift

    def active(self, resource: str) -> list[ZonalShift]:
        """The shift of a resource, if there is one."""
        return [shift for shift in self.shifts.values() if shift.resource == resource and shift.status == "ACTIVE"]

    def managed_resource(self, resource: str) -> dict[str, Any]:
        """What there is to know of a resource: which share of its zone's traffic each zone takes."""
        balancer = self._managed(resource)
        active = self.active(resource)
        away = {shift.away_from for shift in active}
        shifts = [{**shift.to_json(), "appliedStatus": "APPLIED", "shiftType": "ZONAL_SHIFT"} for shift in active]
        return {
            "arn": resource,
            "name": balancer.name,
            "appliedWeights": {zone: 0.0 if zone in away else 1.0 for zone in self._zones(balancer)},
            "zonalShifts": shifts,
            "autoshifts": [],
            "zonalAutoshiftStatus": "DISABLED",
        }

    def _existing(self, shift_id: str) -> ZonalShift:
        if shift_id not in self.shifts:
            raise ResourceNotFoundError(f"There is no zonal shift {shift_id}")
        return self.shifts[shift_id]

    def _managed(self, resource: str) -> FakeLoadBalancer:
        balancer = elbv2_backends[self.account_id][self.region_name].load_balancers.get(resource)
        if balancer is None or balancer.attrs.get(_ALLOWED) != "true":
            raise ResourceNotFoundError(f"{resource} is no resource that zonal shift is enabled for")
        return balancer

    def _zones(self, balancer: FakeLoadBalancer) -> list[str]:
        zones = ec2_backends[self.account_id][self.region_name].describe_availability_zones()
        ids = {zone.name: zone.zone_id for zone in zones}
        return [ids[subnet.availability_zone] for subnet in balancer.subnets]


def _length(expires_in: str) -> timedelta:
    found = _EXPIRES_IN.fullmatch(expires_in)
    if not found:
        raise ValidationError("expiresIn is a number of minutes or hours, for example 90m or 2h")
    length = timedelta(minutes=int(found[1])) if found[2] == "m" else timedelta(hours=int(found[1]))
    if length > _LONGEST:
        raise ValidationError("expiresIn is at most three days")
    return length


arczonalshift_backends = BackendDict(ZonalShiftBackend, "arc-zonal-shift")
