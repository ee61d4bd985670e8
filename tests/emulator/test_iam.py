import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

import emulator.services.iam  # noqa: F401

AWS = "arn:aws:iam::aws:policy"


@pytest.mark.parametrize(
    "policy",
    [
        "service-role/AmazonRDSEnhancedMonitoringRole",
        "service-role/AmazonECSTaskExecutionRolePolicy",
        "service-role/AWSBackupServiceRolePolicyForBackup",
        "AWSXRayDaemonWriteAccess",
    ],
)
@mock_aws
def test_a_policy_of_aws_is_attached_to_a_role(policy: str) -> None:
    iam: Any = boto3.client("iam", region_name="us-east-1")
    iam.create_role(RoleName="role", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []}))
    iam.attach_role_policy(RoleName="role", PolicyArn=f"{AWS}/{policy}")
    attached = iam.list_attached_role_policies(RoleName="role")["AttachedPolicies"]
    assert attached == [{"PolicyName": policy.rsplit("/", 1)[-1], "PolicyArn": f"{AWS}/{policy}"}]


@mock_aws
def test_policies_of_aws_are_not_among_an_accounts_own() -> None:
    iam: Any = boto3.client("iam", region_name="us-east-1")
    assert iam.list_policies(Scope="Local")["Policies"] == []


@mock_aws
def test_a_policy_that_aws_does_not_have() -> None:
    iam: Any = boto3.client("iam", region_name="us-east-1")
    with pytest.raises(ClientError) as missing:
        iam.get_policy(PolicyArn=f"{AWS}/NoSuchPolicy")
    assert missing.value.response["Error"]["Code"] == "NoSuchEntity"


@mock_aws
def test_an_update_of_a_role_keeps_the_description_it_does_not_name() -> None:
    iam: Any = boto3.client("iam", region_name="us-east-1")
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    iam.create_role(RoleName="role", AssumeRolePolicyDocument=trust, Description="before")
    iam.update_role(RoleName="role", MaxSessionDuration=7200)
    role = iam.get_role(RoleName="role")["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("before", 7200)
    iam.update_role(RoleName="role", Description="", MaxSessionDuration=7200)
    assert not iam.get_role(RoleName="role")["Role"].get("Description")
