"""Endpoints: whoever calls from a task's network reaches what tasks use, whatever IAM lets them do elsewhere."""

from ops.audit.privileges.estate import Estate
from ops.audit.privileges.row import Row, must, must_not
from stacks.rules import REGION

_LAYERS = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms"


def rows(estate: Estate) -> list[Row]:
    """The table. ECR reads image layers from a bucket of its own, in its own name."""
    ours, theirs = estate.administrator, estate.outsider
    layers = f"arn:aws:s3:::prod-{REGION}-starport-layer-bucket/layer"
    data, foreign = f"{estate.bucket('data')}/object", "arn:aws:s3:::somebody-elses/object"
    repository = estate.of("aws_ecr_repository", "service")
    log = estate.log_stream("service")
    off = "a way to carry data off"
    return [
        *must(theirs, "s3:GetObject", on=layers, because=_LAYERS, endpoints=("s3",)),
        *must_not(theirs, "s3:PutObject", on=layers, because=off, endpoints=("s3",)),
        *must_not(ours, "s3:PutObject", "s3:GetObject", on=foreign, because=off, endpoints=("s3",)),
        *must_not(theirs, "s3:PutObject", on=foreign, because=off, endpoints=("s3",)),
        *must_not(theirs, "s3:GetObject", on=data, because="another account", endpoints=("s3",)),
        *must_not(ours, "s3:PutObjectAcl", on=data, because="who else may read", endpoints=("s3",)),
        *must_not(ours, "dynamodb:Scan", on=estate.sessions, because="all sessions at once", endpoints=("dynamodb",)),
        *must_not(ours, "dynamodb:PutItem", on=estate.elsewhere(estate.sessions), because=off, endpoints=("dynamodb",)),
        *must_not(
            theirs, "dynamodb:PutItem", on=estate.elsewhere(estate.sessions), because=off, endpoints=("dynamodb",)
        ),
        *must_not(ours, "ecr:PutImage", on=repository, because="what tasks run", endpoints=("ecr.api", "ecr.dkr")),
        *must_not(
            ours,
            "ecr:BatchGetImage",
            on=estate.elsewhere(repository),
            because="images",
            endpoints=("ecr.api", "ecr.dkr"),
        ),
        *must_not(theirs, "ecr:GetAuthorizationToken", on="*", because="another account", endpoints=("ecr.api",)),
        *must_not(ours, "logs:PutLogEvents", on=estate.elsewhere(log), because=off, endpoints=("logs",)),
        *must_not(ours, "logs:GetLogEvents", on=log, because="what has been logged", endpoints=("logs",)),
    ]
