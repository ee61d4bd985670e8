"""The ECS task execution role: Fargate pulls the image and writes the log, from within the task's network."""

from ops.audit.privileges.estate import Estate
from ops.audit.privileges.row import Row, must, must_not

_EXECUTION = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html"
_PULL = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/ECR_on_ECS.html"
_AWSLOGS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html"

# AWS recommends one policy for both of ECR's endpoints:
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-vpc-endpoint-policy
_ECR, _LOGS = ("ecr.api", "ecr.dkr"), ("logs",)


def rows(estate: Estate) -> list[Row]:
    """The table."""
    who = estate.role("compute", "execution-role")
    repository, log = estate.of("aws_ecr_repository", "service"), estate.log_stream("service")
    other = estate.arn("ecr", "repository/other")
    pull = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
    write = ("logs:CreateLogStream", "logs:PutLogEvents")
    return [
        *must(who, "ecr:GetAuthorizationToken", on="*", because=_EXECUTION, endpoints=_ECR),
        *must(who, *pull, on=repository, because=_PULL, endpoints=_ECR),
        *must(who, *write, on=log, because=_AWSLOGS, endpoints=_LOGS),
        *must_not(who, *pull, on=other, because="another repository"),
        *must_not(who, *pull, on=estate.elsewhere(repository), because="another account's repository"),
        *must_not(who, "ecr:PutImage", "ecr:BatchDeleteImage", on=repository, because="the images themselves"),
        *must_not(who, *write, on=estate.log_stream("flow-logs"), because="another log group"),
        *must_not(who, *write, on=estate.elsewhere(log), because="another account's log group"),
        *must_not(who, "logs:GetLogEvents", on=log, because="what has been logged"),
        *must_not(who, "logs:CreateLogGroup", on=estate.arn("logs", "log-group:late"), because="destroyed log groups"),
        *must_not(who, "s3:GetObject", on=f"{estate.bucket('data')}/object", because="the service's data"),
        *must_not(who, "dynamodb:GetItem", on=estate.sessions, because="the service's data"),
        *must_not(who, "rds-db:connect", on=estate.database_user("app"), because="the service's data"),
    ]
