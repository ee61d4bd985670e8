"""How tasks without a route to the internet reach AWS: endpoints for just the services they call, each with a policy.

What a Fargate task needs to start and log: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html.
The service signs its database tokens itself, so no endpoint for RDS or Secrets Manager is needed.
"""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint

from stacks.base import AnyLayer
from stacks.iam import ANYONE, EVERYTHING, Condition, Statement, allow, policy


class _Policies:
    """What may pass each endpoint: this account's principals, on this environment's resources."""

    def __init__(self, layer: AnyLayer) -> None:
        self.layer = layer
        self.own: Condition = {"StringEquals": {"aws:PrincipalAccount": layer.account_id}}

    def ecr(self) -> list[Statement]:
        """Image pulls; GetAuthorizationToken has no resource-level permission."""
        repository = self.layer.arn("ecr", f"repository/{self.layer.names('ecr', 'service')}")
        pull = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
        return [
            allow(
                "ecr:GetAuthorizationToken", on=EVERYTHING, to=ANYONE, when=self.own, sid="NoResourceLevelPermission"
            ),
            allow(*pull, on=[repository], to=ANYONE, when=self.own),
        ]

    def logs(self) -> list[Statement]:
        """Log lines of the tasks."""
        streams = self.layer.arn("logs", f"log-group:{self.layer.names('log-group', 'service')}:*")
        return [allow("logs:CreateLogStream", "logs:PutLogEvents", on=[streams], to=ANYONE, when=self.own)]

    def s3(self) -> list[Statement]:
        """The data bucket, and the bucket that ECR keeps image layers in, which it reads in its own name."""
        bucket = f"arn:aws:s3:::{self.layer.names.bucket('data')}"
        layers = f"arn:aws:s3:::prod-{self.layer.region}-starport-layer-bucket/*"
        objects = ("s3:DeleteObject", "s3:GetObject", "s3:PutObject")
        return [
            allow("s3:GetObject", on=[layers], to=ANYONE, sid="ImageLayersOfEcr"),
            allow(*objects, on=[f"{bucket}/*"], to=ANYONE, when=self.own),
            allow("s3:ListBucket", on=[bucket], to=ANYONE, when=self.own),
        ]

    def dynamodb(self) -> list[Statement]:
        """The session table, and any copy that takes its place: this layer changes long before the service does."""
        names = [self.layer.names("dynamodb", role) for role in ("sessions", "sessions-????????-??????")]
        tables = [self.layer.arn("dynamodb", f"table/{name}") for name in names]
        items = ("DescribeTable", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem")
        return [allow(*(f"dynamodb:{item}" for item in items), on=tables, to=ANYONE, when=self.own)]


def gateway_endpoints(layer: AnyLayer, *, vpc_id: str, route_table_ids: Sequence[str]) -> dict[str, VpcEndpoint]:
    """S3 and DynamoDB, free of charge, by route."""
    policies = _Policies(layer)
    return {
        name: VpcEndpoint(
            layer,
            f"endpoint-{name}",
            vpc_id=vpc_id,
            service_name=f"com.amazonaws.{layer.region}.{name}",
            vpc_endpoint_type="Gateway",
            route_table_ids=list(route_table_ids),
            policy=policy(*statements),
            tags=layer.named("vpc-endpoint", name),
        )
        for name, statements in {"s3": policies.s3(), "dynamodb": policies.dynamodb()}.items()
    }


def interface_endpoints(
    layer: AnyLayer, *, vpc_id: str, subnet_ids: Sequence[str], security_group_id: str
) -> dict[str, VpcEndpoint]:
    """An address in every zone for each service, so that losing a zone takes none of them away."""
    policies = _Policies(layer)
    return {
        name: VpcEndpoint(
            layer,
            f"endpoint-{name.replace('.', '-')}",
            vpc_id=vpc_id,
            service_name=f"com.amazonaws.{layer.region}.{name}",
            vpc_endpoint_type="Interface",
            subnet_ids=list(subnet_ids),
            security_group_ids=[security_group_id],
            private_dns_enabled=True,
            policy=policy(*statements),
            tags=layer.named("vpc-endpoint", name.replace(".", "-")),
        )
        for name, statements in {
            "ecr.api": policies.ecr(),
            "ecr.dkr": policies.ecr(),
            "logs": policies.logs(),
        }.items()
    }
