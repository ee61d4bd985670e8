"""Secrets Manager: the rotation of a secret that an AWS service owns.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_managed.html

moto asks for a Lambda function to stop such a rotation, and empties the secret when it is rotated without one.
"""

import json
import time
from typing import Any

from moto.moto_api._internal import mock_random
from moto.secretsmanager.exceptions import SecretNotFoundException
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

from emulator.extension import extends

_to_dict = FakeSecret.to_dict
_rotate_secret = SecretsManagerBackend.rotate_secret
_cancel_rotate_secret = SecretsManagerBackend.cancel_rotate_secret

_MANAGED_ROTATION_DAYS = 7
_DAY = 24 * 60 * 60


@extends(FakeSecret)
class ManagedSecret(FakeSecret):
    """A secret that its owner rotates from its first day, without a function.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html
    """

    def to_dict(self) -> dict[str, Any]:
        """Show the rotation as it is: weekly unless another was asked for, and by no function."""
        if self.owning_service and not self.rotation_requested:
            self.rotation_requested = self.rotation_enabled = True
            self.auto_rotate_after_days = _MANAGED_ROTATION_DAYS
            self.next_rotation_date = int(time.time()) + _MANAGED_ROTATION_DAYS * _DAY
        answer = _to_dict(self)
        if not self.rotation_lambda_arn:
            answer.pop("RotationLambdaARN", None)
        rules = self.__dict__.get("rotation_rules")
        if rules and "RotationRules" in answer:
            answer["RotationRules"] = rules
        return answer


@extends(SecretsManagerBackend)
class ManagedRotation(SecretsManagerBackend):
    """The calls that start, change and stop a rotation."""

    def _owned(self, secret_id: str) -> FakeSecret | None:
        if not self._is_valid_identifier(secret_id):
            raise SecretNotFoundException
        secret = self.secrets[secret_id]
        return secret if isinstance(secret, FakeSecret) and secret.owning_service else None

    def rotate_secret(
        self,
        secret_id: str,
        client_request_token: str | None = None,
        rotation_lambda_arn: str | None = None,
        rotation_rules: dict[str, Any] | None = None,
        rotate_immediately: bool = True,  # noqa: FBT001, FBT002 - moto passes it by position or by name
    ) -> str:
        """Change the password alone, and only when it is to be changed now.

        https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
        """
        secret = self._owned(secret_id)
        before = self.get_secret_value(secret_id, "", "AWSCURRENT")["SecretString"] if secret else None
        answer = _rotate_secret(
            self, secret_id, client_request_token, rotation_lambda_arn, rotation_rules, rotate_immediately
        )
        if rotation_rules:
            self.secrets[secret_id].__dict__["rotation_rules"] = rotation_rules
        if secret and before and secret.default_version_id:
            secret.rotation_enabled = True
            content = json.loads(before)
            if rotate_immediately:
                content["password"] = mock_random.get_random_string(30, include_digits=True)
            secret.versions[secret.default_version_id]["secret_string"] = json.dumps(content)
        return answer

    def cancel_rotate_secret(self, secret_id: str) -> str:
        """Stop the rotation of a managed secret also, which has no function.

        https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CancelRotateSecret.html
        """
        secret = self._owned(secret_id)
        if secret is None or secret.is_deleted():
            return _cancel_rotate_secret(self, secret_id)
        secret.rotation_requested, secret.rotation_enabled, secret.next_rotation_date = True, False, None
        return secret.to_short_dict()
