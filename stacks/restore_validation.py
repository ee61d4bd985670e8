"""What a restore test has restored is looked at by a state machine, which tells AWS Backup, and people if it is wrong.

No code has to be kept running for it: the state machine asks AWS itself, and compares.
https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing-validation.html
"""

import json
from collections.abc import Mapping
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.sfn_state_machine import SfnStateMachine

from stacks.backup_role import TEST_PREFIX, Protected
from stacks.base import AnyLayer
from stacks.events import Announcement, announce
from stacks.iam import EVERYTHING, allow, role, trust
from stacks.network import NetworkOutputs

State = dict[str, Any]
TIMEOUT_SECONDS = 300


def validate_restores(
    layer: AnyLayer, protected: Protected, network: NetworkOutputs, *, plan_arn: str, topic_arn: str
) -> None:
    """Start the state machine whenever a restore of the plan is complete."""
    machine = SfnStateMachine(
        layer,
        "restore-validation",
        name=layer.names("state-machine", "restore-validation"),
        role_arn=_machine_role(layer).arn,
        definition=json.dumps(
            definition(
                database_key_arn=protected.keys.database_key_arn,
                storage_key_arn=protected.keys.storage_key_arn,
                subnet_group_name=protected.database.subnet_group_name,
                security_group_id=network.database_security_group_id,
            )
        ),
    )
    rule = CloudwatchEventRule(
        layer,
        "restore-validation-rule",
        name=layer.names("event", "restore-test-complete"),
        description="A restore test has restored something that can be looked at",
        event_pattern=json.dumps(
            {
                "source": ["aws.backup"],
                "detail-type": ["Restore Job State Change"],
                "detail": {"status": ["COMPLETED"], "restoreTestingPlanArn": [plan_arn]},
            }
        ),
    )
    CloudwatchEventTarget(
        layer,
        "restore-validation-target",
        rule=rule.name,
        target_id="validate",
        arn=machine.arn,
        role_arn=_starter_role(layer, machine_arn=machine.arn).arn,
    )
    announce(layer, failed_validation(machine_arn=machine.arn), topic_arn=topic_arn)


def failed_validation(*, machine_arn: str) -> Announcement:
    """Whatever keeps the state machine from saying that all is well: what is restored, a missing right, its time.

    https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    """
    return Announcement(
        name="restore-validation-failed",
        means="What a restore test has restored is not what it should be, or could not be looked at",
        pattern={
            "source": ["aws.states"],
            "detail-type": ["Step Functions Execution Status Change"],
            "detail": {"stateMachineArn": [machine_arn], "status": ["ABORTED", "FAILED", "TIMED_OUT"]},
        },
        sentence="the validation of a restore test ended as <status>: <cause>",
        words={"status": "$.detail.status", "cause": "$.detail.cause"},
        runbook="backup-failed",
    )


def definition(
    *, database_key_arn: str, storage_key_arn: str, subnet_group_name: str, security_group_id: str
) -> dict[str, Any]:
    """The state machine, in the Amazon States Language. Its input is the event of AWS Backup.

    Names of parameters and answers are those of the AWS SDK for Java:
    https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
    """
    database = {
        "DbClusters[0].Status": "available",
        "DbClusters[0].KmsKeyId": database_key_arn,
        "DbClusters[0].DbSubnetGroup": subnet_group_name,
        "DbClusters[0].VpcSecurityGroups[0].VpcSecurityGroupId": security_group_id,
    }
    sessions = {
        "Table.TableStatus": "ACTIVE",
        "Table.SseDescription.KmsMasterKeyArn": storage_key_arn,
        "Table.KeySchema[0].AttributeName": "session_id",
    }
    return {
        "Comment": "Looks at what a restore test has restored",
        "StartAt": "Which kind is it",
        "TimeoutSeconds": TIMEOUT_SECONDS,
        "States": {
            "Which kind is it": {
                "Type": "Choice",
                "Choices": [
                    {"Variable": "$.detail.resourceType", "StringEquals": "Aurora", "Next": "Look at the cluster"},
                    {"Variable": "$.detail.resourceType", "StringEquals": "DynamoDB", "Next": "Look at the table"},
                ],
                "Default": "Nobody knows how to look at it",
            },
            "Look at the cluster": _look(
                "rds:describeDBClusters", "DbClusterIdentifier", database, then="Is the cluster right"
            ),
            "Is the cluster right": _compare(database),
            "Look at the table": _look("dynamodb:describeTable", "TableName", sessions, then="Is the table right"),
            "Is the table right": _compare(sessions),
            "Nobody knows how to look at it": _because(
                "States.Format('There is no test of {}', $.detail.resourceType)"
            ),
            # Nothing in quotes: EventBridge puts the message between some.
            "It cannot be looked at": _because(
                "States.Format('{} cannot be looked at: {}', $.detail.createdResourceArn, $.error.Error)"
            ),
            "It is wrong": _because(
                "States.Format('{} is not as it should be: {}', $.detail.createdResourceArn, $.found.seen)"
            ),
            "Tell AWS Backup that it is right": _tell("SUCCESSFUL", end=True),
            "Tell AWS Backup that it is wrong": _tell("FAILED", end=False),
            "Tell people": {"Type": "Fail", "Error": "RestoreValidation", "CausePath": "$.because.text"},
        },
    }


def _look(call: str, parameter: str, wanted: Mapping[str, str], *, then: str) -> State:
    """Ask, and keep of the answer what matters. An answer that lacks any of it cannot be looked at, either."""
    places = ", ".join(["{}"] * len(wanted))
    seen = f"States.Format('{places}', {', '.join(f'$.{path}' for path in wanted)})"
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::aws-sdk:{call}",
        "Parameters": {f"{parameter}.$": "$.detail.createdResourceArn"},
        "ResultSelector": {"seen.$": seen},
        "ResultPath": "$.found",
        "Retry": [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 10, "MaxAttempts": 2, "BackoffRate": 2}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "It cannot be looked at"}],
        "Next": then,
    }


def _compare(wanted: Mapping[str, str]) -> State:
    return {
        "Type": "Choice",
        "Choices": [
            {
                "Variable": "$.found.seen",
                "StringEquals": ", ".join(wanted.values()),
                "Next": "Tell AWS Backup that it is right",
            }
        ],
        "Default": "It is wrong",
    }


def _because(message: str) -> State:
    return {
        "Type": "Pass",
        "Parameters": {"text.$": message},
        "ResultPath": "$.because",
        "Next": "Tell AWS Backup that it is wrong",
    }


def _tell(status: str, *, end: bool) -> State:
    message = {} if end else {"ValidationStatusMessage.$": "$.because.text"}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:backup:putRestoreValidationResult",
        "Parameters": {"RestoreJobId.$": "$.detail.restoreJobId", "ValidationStatus": status, **message},
        "ResultPath": None,
        **({"End": True} if end else {"Next": "Tell people"}),
    }


def _machine_role(layer: AnyLayer) -> IamRole:
    return role(
        layer,
        "validation-role",
        name=layer.names("role", "restore-validation"),
        description="Lets the validation of restore tests look at copies, and tell AWS Backup what it saw",
        trusts=trust("states.amazonaws.com", account_id=layer.account_id),
        may=[
            allow("rds:DescribeDBClusters", on=[layer.arn("rds", f"cluster:{TEST_PREFIX}*")]),
            allow("dynamodb:DescribeTable", on=[layer.arn("dynamodb", f"table/{TEST_PREFIX}*")]),
            allow("backup:PutRestoreValidationResult", on=EVERYTHING, sid="NoResourceLevelPermission"),
        ],
    )


def _starter_role(layer: AnyLayer, *, machine_arn: str) -> IamRole:
    return role(
        layer,
        "validation-starter-role",
        name=layer.names("role", "start-restore-validation"),
        description="Lets EventBridge start the validation of restore tests",
        trusts=trust("events.amazonaws.com", account_id=layer.account_id),
        may=[allow("states:StartExecution", on=[machine_arn])],
    )
