"""KMS: the rotation period of keys, and the deletion of keys named by their ARN.

https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html
"""

import json
from datetime import timedelta

from moto.core.utils import unix_time, utcnow
from moto.kms.exceptions import ValidationException
from moto.kms.models import Key
from moto.kms.responses import KmsResponse

from emulator.extension import extends

DEFAULT_ROTATION_DAYS = 365
ROTATION_DAYS = range(90, 2561)
DEFAULT_DELETION_DAYS = 30
DELETION_DAYS = range(7, 31)


def _check_days(value: int, allowed: range, member: str) -> None:
    if value not in allowed:
        bound, word = (allowed[0], "greater") if value < allowed[0] else (allowed[-1], "less")
        raise ValidationException(
            f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: "
            f"Member must have value {word} than or equal to {bound}"
        )


@extends(KmsResponse)
class KeyCalls(KmsResponse):
    """The calls whose arguments or answers moto has only part of."""

    def _key(self) -> Key:
        key_id: str = self._get_param("KeyId")
        self._validate_cmk_id(key_id)
        return self.kms_backend.keys[self.kms_backend.get_key_id(key_id)]

    def enable_key_rotation(self) -> str:
        """https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html."""
        key = self._key()
        rotation = vars(key)
        days: int = self._get_param("RotationPeriodInDays") or rotation.get("rotation_days", DEFAULT_ROTATION_DAYS)
        _check_days(days, ROTATION_DAYS, "rotationPeriodInDays")
        if not key.key_rotation_status or days != rotation.get("rotation_days"):
            rotation["next_rotation"] = utcnow() + timedelta(days=days)
        key.key_rotation_status = True
        rotation["rotation_days"] = days
        return json.dumps(None)

    def get_key_rotation_status(self) -> str:
        """https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html."""
        key = self._key()
        status = {"KeyId": key.arn, "KeyRotationEnabled": key.key_rotation_status}
        if key.key_rotation_status:
            rotation = vars(key)
            status["RotationPeriodInDays"] = rotation.get("rotation_days", DEFAULT_ROTATION_DAYS)
            if "next_rotation" in rotation:
                status["NextRotationDate"] = unix_time(rotation["next_rotation"])
        return json.dumps(status)

    def schedule_key_deletion(self) -> str:
        """https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html."""
        key = self._key()
        days: int = self._get_param("PendingWindowInDays") or DEFAULT_DELETION_DAYS
        _check_days(days, DELETION_DAYS, "pendingWindowInDays")
        return json.dumps(
            {
                "KeyId": key.arn,
                "DeletionDate": self.kms_backend.schedule_key_deletion(key.id, days),
                "KeyState": "PendingDeletion",
                "PendingWindowInDays": days,
            }
        )

    def cancel_key_deletion(self) -> str:
        """https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html."""
        key = self._key()
        self.kms_backend.cancel_key_deletion(key.id)
        return json.dumps({"KeyId": key.arn})
