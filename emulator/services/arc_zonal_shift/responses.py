"""The calls of the service."""

import json
from urllib.parse import unquote

from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import BaseResponse

from emulator.services.arc_zonal_shift.models import ZonalShiftBackend, arczonalshift_backends


class ZonalShiftResponse(BaseResponse):
    """One method for each call."""

    def __init__(self) -> None:
        super().__init__(service_name="arc-zonal-shift")

    @property
    def shifts(self) -> ZonalShiftBackend:
        """The shifts of the caller's account and region."""
        return arczonalshift_backends[self.current_account][self.region]

    def start_zonal_shift(self) -> TYPE_RESPONSE:
        """https://docs.aws.amazon.com/arc-zonal-shift/latest/api/API_StartZonalShift.html."""
        shift = self.shifts.start(
            resource=self._get_param("resourceIdentifier"),
            away_from=self._get_param("awayFrom"),
            expires_in=self._get_param("expiresIn"),
            comment=self._get_param("comment"),
        )
        return 201, {}, json.dumps(shift.to_json())

    def update_zonal_shift(self) -> str:
        """https://docs.aws.amazon.com/arc-zonal-shift/latest/api/API_UpdateZonalShift.html."""
        shift = self.shifts.update(
            self._get_param("zonalShiftId"), expires_in=self._get_param("expiresIn"), comment=self._get_param("comment")
        )
        return json.dumps(shift.to_json())

    def cancel_zonal_shift(self) -> str:
        """https://docs.aws.amazon.com/arc-zonal-shift/latest/api/API_CancelZonalShift.html."""
        return json.dumps(self.shifts.cancel(self._get_param("zonalShiftId")).to_json())

    def list_zonal_shifts(self) -> str:
        """https://docs.aws.amazon.com/arc-zonal-shift/latest/api/API_ListZonalShifts.html."""
        status, resource = self._get_param("status"), self._get_param("resourceIdentifier")
        found = [
            shift.to_json()
            for shift in self.shifts.shifts.values()
            if status in (None, shift.status) and resource in (None, shift.resource)
        ]
        return json.dumps({"items": found})

    def get_managed_resource(self) -> str:
        """https://docs.aws.amazon.com/arc-zonal-shift/latest/api/API_GetManagedResource.html."""
        return json.dumps(self.shifts.managed_resource(unquote(self._get_param("resourceIdentifier"))))
