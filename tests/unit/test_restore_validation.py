"""A restored copy is looked at: the state machine, carried out on clusters and tables as restore tests leave them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto import mock_aws

import emulator.services  # noqa: F401 - restore jobs, which moto does not have
from stacks.restore_validation import definition
from tests.unit.state_machine import as_on_aws, carry_out
from tests.unit.synthesized import Synthesized

AWS = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
CLUSTER, TABLE = "awsbackup-restore-test-cluster", "awsbackup-restore-test-table"
GROUP, SUBNETS = "sg-0123456789", "subnets"


@dataclass(frozen=True)
class Account:
    """An account with two keys and the job of a restore test."""

    database_key: str
    storage_key: str
    job: str

    def validate(self, resource_type: str, arn: str, **wanted: str) -> tuple[str, str, str]:
        """How an execution ends, what AWS Backup then knows, and what people are told."""
        machine = definition(
            **{
                "database_key_arn": self.database_key,
                "storage_key_arn": self.storage_key,
                "subnet_group_name": SUBNETS,
                "security_group_id": GROUP,
                **wanted,
            }
        )
        for state in machine["States"].values():
            for again in state.get("Retry", []):
                again["IntervalSeconds"] = 1
                again["MaxAttempts"] = 1
        event = {"detail": {"resourceType": resource_type, "createdResourceArn": arn, "restoreJobId": self.job}}
        execution = carry_out(machine, event, session=AWS)
        job = AWS.client("backup").describe_restore_job(RestoreJobId=self.job)
        return execution["status"], job.get("ValidationStatus", ""), execution.get("cause", "")


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    as_on_aws(monkeypatch)
    for name, value in (("ACCESS_KEY_ID", "test"), ("SECRET_ACCESS_KEY", "test"), ("DEFAULT_REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        kms, backup = AWS.client("kms"), AWS.client("backup")
        keys = [kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2)]
        backup.create_backup_vault(BackupVaultName="vault")
        role, table = "arn:aws:iam::123456789012:role/role", "arn:aws:dynamodb:us-east-1:123456789012:table/sessions"
        made = backup.start_backup_job(BackupVaultName="vault", ResourceArn=table, IamRoleArn=role)
        job = backup.start_restore_job(RecoveryPointArn=made["RecoveryPointArn"], Metadata={})["RestoreJobId"]
        yield Account(database_key=keys[0], storage_key=keys[1], job=job)


def restored_cluster(**settings: Any) -> str:  # noqa: ANN401
    ec2, rds = AWS.client("ec2"), AWS.client("rds")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ids = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"us-east-1{zone}")["Subnet"][
            "SubnetId"
        ]
        for n, zone in enumerate("ab")
    ]
    for name in (SUBNETS, "default-vpc"):
        rds.create_db_subnet_group(DBSubnetGroupName=name, DBSubnetGroupDescription="db", SubnetIds=ids)
    made = rds.create_db_cluster(
        DBClusterIdentifier=CLUSTER,
        Engine="aurora-postgresql",
        MasterUsername="keeper",
        MasterUserPassword="a-long-password",
        StorageEncrypted=True,
        **{"DBSubnetGroupName": SUBNETS, "VpcSecurityGroupIds": [GROUP], **settings},
    )
    arn: str = made["DBCluster"]["DBClusterArn"]
    return arn


def restored_table(**settings: Any) -> str:  # noqa: ANN401
    made = AWS.client("dynamodb").create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "session_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "session_id", "KeyType": "HASH"}],
        **settings,
    )
    arn: str = made["TableDescription"]["TableArn"]
    return arn


def under(key: str) -> dict[str, Any]:
    return {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}}


@pytest.mark.requirement("BK-2")
def test_a_cluster_that_could_take_over_is_reported_to_aws_backup(account: Account) -> None:
    arn = restored_cluster(KmsKeyId=account.database_key)
    assert account.validate("Aurora", arn) == ("SUCCEEDED", "SUCCESSFUL", "")


def test_a_table_that_could_take_over_is_reported_to_aws_backup(account: Account) -> None:
    arn = restored_table(**under(account.storage_key))
    assert account.validate("DynamoDB", arn) == ("SUCCEEDED", "SUCCESSFUL", "")


@pytest.mark.parametrize(
    "settings", [{"DBSubnetGroupName": "default-vpc"}, {"VpcSecurityGroupIds": ["sg-default"]}, {"KmsKeyId": "other"}]
)
def test_a_cluster_that_is_not_as_it_should_be_is_told_to_aws_backup_and_to_people(
    account: Account, settings: dict[str, Any]
) -> None:
    arn = restored_cluster(**{"KmsKeyId": account.database_key, **settings})
    status, validation, told = account.validate("Aurora", arn)
    assert (status, validation) == ("FAILED", "FAILED")
    assert told.startswith(f"{arn} is not as it should be: available, ")
    (different,) = [one[0] if isinstance(one, list) else one for one in settings.values()]
    assert different in told


def test_a_table_under_another_key_is_told(account: Account) -> None:
    arn = restored_table(**under(account.database_key))
    status, validation, told = account.validate("DynamoDB", arn)
    assert (status, validation) == ("FAILED", "FAILED")
    assert account.database_key in told


def test_a_table_under_no_key_of_ours_is_told(account: Account) -> None:
    status, validation, told = account.validate("DynamoDB", restored_table())
    assert (status, validation) == ("FAILED", "FAILED")
    assert "cannot be looked at" in told


def test_a_copy_that_is_not_there_is_told(account: Account) -> None:
    arn = f"arn:aws:rds:us-east-1:123456789012:cluster:{CLUSTER}"
    status, validation, told = account.validate("Aurora", arn)
    assert (status, validation) == ("FAILED", "FAILED")
    assert told.startswith(f"{arn} cannot be looked at")


def test_a_kind_that_nobody_has_thought_of_is_told(account: Account) -> None:
    assert account.validate("EFS", "arn:efs") == ("FAILED", "FAILED", "There is no test of EFS")


def test_nothing_that_people_are_told_has_quotes_in_it() -> None:
    """EventBridge puts the words between quotes, and sends nothing at all if that is no JSON."""
    machine = json.dumps(
        definition(database_key_arn="", storage_key_arn="", subnet_group_name="", security_group_id="")
    )
    assert "JsonToString" not in machine
    assert "$.error.Cause" not in machine


@pytest.mark.requirement("BK-2", "OBS-2")
def test_a_complete_restore_test_starts_the_validation_and_a_failed_one_is_heard_of(environment: Synthesized) -> None:
    rules = {
        rule.name: json.loads(rule["event_pattern"]) for rule in environment.resources("aws_cloudwatch_event_rule")
    }
    started = rules["restore-validation-rule"]
    assert started["detail-type"] == ["Restore Job State Change"]
    assert started["detail"]["status"] == ["COMPLETED"]
    assert started["detail"]["restoreTestingPlanArn"] == ["${aws_backup_restore_testing_plan.restore-testing.arn}"]
    told = rules["event-restore-validation-failed"]["detail"]
    assert told == {
        "stateMachineArn": ["${aws_sfn_state_machine.restore-validation.arn}"],
        "status": ["ABORTED", "FAILED", "TIMED_OUT"],
    }


@pytest.mark.requirement("ENV-7")
def test_the_validation_sees_copies_only_and_changes_nothing(environment: Synthesized) -> None:
    policy = json.loads(environment.one("aws_iam_role_policy", "validation-role-policy")["policy"])
    allowed = {action: statement["Resource"] for statement in policy["Statement"] for action in statement["Action"]}
    assert set(allowed) == {"rds:DescribeDBClusters", "dynamodb:DescribeTable", "backup:PutRestoreValidationResult"}
    for action in ("rds:DescribeDBClusters", "dynamodb:DescribeTable"):
        assert all("awsbackup-restore-test" in resource for resource in allowed[action])
