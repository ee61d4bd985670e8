"""What is understood of Terraform's output."""

import json

import pytest

from ops.messages import Changes, Diagnostic, Finished, Message, Outputs, Started, parse_line

RESOURCE = {"addr": "aws_vpc.vpc", "resource_type": "aws_vpc"}


def line(kind: str, **content: object) -> str:
    return json.dumps({"@level": "info", "@message": "...", "type": kind, **content})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (line("apply_start", hook={"resource": RESOURCE, "action": "create"}), Started("aws_vpc.vpc", "create")),
        (
            line("apply_complete", hook={"resource": RESOURCE, "action": "delete", "elapsed_seconds": 1}),
            Finished("aws_vpc.vpc", "delete", failed=False),
        ),
        (
            line("apply_errored", hook={"resource": RESOURCE, "action": "create", "elapsed_seconds": 1}),
            Finished("aws_vpc.vpc", "create", failed=True),
        ),
        (
            line("change_summary", changes={"add": 3, "change": 2, "import": 0, "remove": 1, "operation": "plan"}),
            Changes("plan", added=3, changed=2, removed=1),
        ),
        (
            line("diagnostic", diagnostic={"severity": "error", "summary": "No", "address": "aws_vpc.vpc"}),
            Diagnostic("error", "No", "", "aws_vpc.vpc"),
        ),
        (
            line("outputs", outputs={"vpc_id": {"sensitive": False, "type": "string", "value": "vpc-1"}}),
            Outputs({"vpc_id": "vpc-1"}, changed=False),
        ),
        (
            line("outputs", outputs={"vpc_id": {"sensitive": False, "action": "update"}}),
            Outputs({}, changed=True),
        ),
    ],
)
def test_messages_are_understood(text: str, message: Message) -> None:
    assert parse_line(text) == message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Warning: Deprecated Parameter",
        'The parameter "dynamodb_table" is deprecated. Use parameter "use_lockfile" instead.',
        '{"@level":"info","@message":"cut off in the mid',
        "{}",
        "[1, 2]",
        line("version", terraform="1.11.4"),
        line("refresh_start", hook={"resource": RESOURCE}),
        line("apply_start", hook={}),
    ],
)
def test_anything_else_is_passed_over(text: str) -> None:
    assert parse_line(text) is None


def test_the_total_counts_what_terraform_works_on() -> None:
    assert Changes("apply", added=2, changed=1, removed=1).total == 4
