"""IAM: the policies that AWS manages, in every account, and a role's description through its updates.

moto has the policies and leaves them out unless it is told otherwise: they take a while to read.
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
"""

import json
from copy import copy
from functools import cache

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend, ManagedPolicy, Role

from emulator.extension import extends

_update_role = IAMBackend.update_role


@cache
def _managed_by_aws(account_id: str, partition: str) -> list[ManagedPolicy]:
    return [
        AWSManagedPolicy.from_data(name, account_id, partition, policy)
        for name, policy in json.loads(aws_managed_policies_data).items()
    ]


@extends(IAMBackend)
class ManagedPolicies(IAMBackend):
    """An account's IAM with the policies that roles of AWS services are given."""

    @property
    def aws_managed_policies(self) -> list[ManagedPolicy]:
        """AWS's own policies, made when an account first asks for any: few of those that exist ever do."""
        if "aws_policies" not in self.__dict__:
            # A copy is much faster than a new one, and keeps its own count of attachments.
            self.__dict__["aws_policies"] = [
                copy(policy) for policy in _managed_by_aws(self.account_id, self.region_name)
            ]
        made: list[ManagedPolicy] = self.__dict__["aws_policies"]
        return made

    @aws_managed_policies.setter
    def aws_managed_policies(self, policies: list[ManagedPolicy]) -> None:
        """Leave out what moto starts with."""

    @property
    def managed_policies(self) -> dict[str, ManagedPolicy]:
        """AWS's policies and the account's own, by their ARN."""
        if "policies" not in self.__dict__:
            self.__dict__["policies"] = {policy.arn: policy for policy in self.aws_managed_policies}
        known: dict[str, ManagedPolicy] = self.__dict__["policies"]
        return known

    @managed_policies.setter
    def managed_policies(self, policies: dict[str, ManagedPolicy]) -> None:
        """Leave out what moto starts with."""

    def _init_managed_policies(self) -> dict[str, ManagedPolicy]:
        return {}

    def update_role(self, role_name: str, role_description: str | None, max_session_duration: str) -> Role:
        """Keep the description that the request does not change.

        https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html
        """
        described = self.get_role(role_name).description if role_description is None else role_description
        return _update_role(self, role_name, described, max_session_duration)
