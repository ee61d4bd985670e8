"""The role of VPC flow logs: they write to their log group, which they find but do not make."""

from ops.audit.privileges.estate import Estate
from ops.audit.privileges.row import Row, must, must_not

_FLOW_LOGS = "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html"


def rows(estate: Estate) -> list[Row]:
    """The table."""
    who, log = estate.role("network", "flow-log-role"), estate.log_stream("flow-logs")
    group = estate.of("aws_cloudwatch_log_group", "log-group-flow-logs")
    write = ("logs:CreateLogStream", "logs:PutLogEvents")
    return [
        *must(who, *write, on=log, because=_FLOW_LOGS),
        # AWS asks for a stream without a name: https://github.com/hashicorp/terraform-provider-aws/issues/8804
        *must(who, "logs:DescribeLogStreams", on=f"{group}:log-stream:", because=_FLOW_LOGS),
        *must(who, "logs:DescribeLogGroups", on="*", because=_FLOW_LOGS),
        *must_not(who, *write, on=estate.log_stream("service"), because="another log group"),
        *must_not(who, *write, on=estate.elsewhere(log), because="another account's log group"),
        *must_not(who, "logs:CreateLogGroup", on=group, because="a late delivery would bring a destroyed group back"),
        *must_not(who, "logs:GetLogEvents", on=log, because="what has been logged"),
        *must_not(who, "logs:DeleteLogStream", on=log, because="traces"),
        *must_not(who, "ec2:DeleteFlowLogs", on=estate.arn("ec2", "vpc-flow-log/fl-1"), because="the flow log itself"),
    ]
