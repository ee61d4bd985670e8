"""What a runbook asks a person to type works on an environment that is deployed, as far as the embedded AWS goes.

That every command is understood at all, tests/runbooks proves without a deployment.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ops.checks import Deployed
from tests.integration.runbook_shell import follow
from tests.integration.stage import Stage
from tests.runbooks.pages import pages, snippets

pytestmark = pytest.mark.embedded

# Commands that cannot be tried on the embedded AWS, and why.
NOT_HERE = {
    "acm import-certificate": "takes a certificate that only its owner has",
    "acm resend-validation-email": "for certificates that are validated by mail",
    "cloudtrail lookup-events": "CloudTrail keeps no events there",
    "dynamodb restore-table-from-backup": "for a table that is gone, of which DynamoDB keeps a backup",
    "health describe-events": "AWS Health is not there",
    "rds restore-db-cluster-from-snapshot": "snapshots of AWS Backup hold nothing there",
    "rds wait": "for what the command before would have restored",
    "sns confirm-subscription": "takes the token of a message that nobody gets",
}
# Of ops what only looks, and is quick; all of it has tests of its own.
OPS = ("output", "state history")

# The words in capitals that are a person's to replace; some are known only once something has happened.
Words = Mapping[str, str]


def an_object_that_is_gone(aws: Deployed) -> Words:
    s3, where = aws.client("s3"), {"Bucket": aws.names.bucket("data"), "Key": "path/object"}
    good = s3.put_object(**where, Body=b"good")["VersionId"]
    s3.put_object(**where, Body=b"bad")
    marker = s3.delete_object(**where)["VersionId"]
    return {"PATH": "path", "OBJECT": "object", "MARKER_VERSION": marker, "GOOD_VERSION": good}


def a_key_that_is_to_go(aws: Deployed) -> Words:
    key = aws.key_arn("registry")
    aws.client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    return {"KEY_ID": key.rpartition("/")[2]}


def copies_that_nobody_needs(aws: Deployed) -> Words:
    rds = aws.client("rds")
    rds.create_db_cluster(
        DBClusterIdentifier="left-over",
        Engine="aurora-postgresql",
        MasterUsername="keeper",
        ManageMasterUserPassword=True,
    )
    rds.create_db_instance(
        DBInstanceIdentifier="left-over-1",
        DBClusterIdentifier="left-over",
        DBInstanceClass="db.serverless",
        Engine="aurora-postgresql",
    )
    return {"CLUSTER": "left-over", "INSTANCE": "left-over-1"}


def a_session_and_its_copy(aws: Deployed) -> Words:
    dynamodb = aws.client("dynamodb")
    running = aws.names("dynamodb", "sessions")
    dynamodb.put_item(TableName=running, Item={"session_id": {"S": "SESSION"}})
    for name in (aws.names("dynamodb", "sessions-COPY"), "left-over"):
        dynamodb.restore_table_to_point_in_time(
            SourceTableName=running, TargetTableName=name, UseLatestRestorableTime=True
        )
    arn = f"arn:aws:dynamodb:{aws.region}:{aws.account_id}:table/{running}"
    job = aws.client("backup").start_backup_job(
        BackupVaultName=aws.names("backup-vault"), ResourceArn=arn, IamRoleArn="arn:aws:iam::123456789012:role/role"
    )
    return {"TABLE": "left-over", "RECOVERY_POINT_ARN": job["RecoveryPointArn"]}


def nothing_special(_aws: Deployed) -> Words:
    return {}


SITUATIONS: Mapping[str, Callable[[Deployed], Words]] = {
    "alert-delivery": lambda _aws: {"ADDRESS": "somebody@example.com"},
    "key-deletion": a_key_that_is_to_go,
    "restore-database": copies_that_nobody_needs,
    "restore-object-version": an_object_that_is_gone,
    "restore-table": a_session_and_its_copy,
    "state-lock-stuck": lambda _aws: {"LAYER": "storage"},
    "zone-impaired": lambda _aws: {"ZONE_ID": "use1-az1"},
}


@pytest.fixture
def variables(stage: Stage) -> dict[str, str]:
    """What the index of the runbooks says to set; the rest points at the embedded AWS."""
    environment = stage.environment
    said = {
        "AWS_REGION": "us-east-1",
        "NAME": environment.name,
        "SUFFIX": environment.suffix,
        "ACCOUNT": environment.account_id,
        "STATE_BUCKET": "terraform-state",
        "ENVIRONMENT_SUFFIX": environment.suffix,
    }
    return {**os.environ, **said}


@pytest.mark.parametrize("page", [page for page in pages() if snippets(page)], ids=lambda page: page.stem)
def test_a_runbook_can_be_followed(stage: Stage, variables: dict[str, str], page: Path) -> None:
    words = SITUATIONS.get(page.stem, nothing_special)(stage.deployed())
    problems = follow(snippets(page), variables=variables, words=words, not_here=list(NOT_HERE), ops=OPS)
    assert not problems, "\n".join(problems)


def test_every_command_that_is_left_out_is_in_a_runbook() -> None:
    shown = " ".join(snippet.text for page in pages() for snippet in snippets(page))
    assert [command for command in NOT_HERE if f"aws {command}" not in shown] == []
