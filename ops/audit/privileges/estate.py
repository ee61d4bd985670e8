"""What the tables speak of, by name: the environment's ARNs and principals, and those of everybody else."""

from dataclasses import dataclass

from ops.audit.configuration import Configuration, Resource
from ops.audit.privileges.row import Context, Principal
from stacks.rules import REGION

OTHER_ACCOUNT = "999999999999"


@dataclass(frozen=True)
class Estate:
    """Names for what is in a configuration."""

    configuration: Configuration

    @property
    def account_id(self) -> str:
        """The account that all of it is in."""
        return self.configuration.account_id

    def arn(self, service: str, resource: str) -> str:
        """An ARN of this account that no resource of the configuration has, such as a snapshot's."""
        return f"arn:aws:{service}:{REGION}:{self.account_id}:{resource}"

    def of(self, resource_type: str, name: str) -> str:
        """The ARN of a resource of the configuration."""
        return self.configuration.attribute(self.configuration.one(resource_type, name), "arn")

    def every(self, resource_type: str) -> list[str]:
        """The ARNs of all resources of a type."""
        return [self.configuration.attribute(made, "arn") for made in self.configuration.resources(resource_type)]

    def key(self, purpose: str) -> str:
        """A key, by what it is for."""
        return self.of("aws_kms_key", purpose)

    def bucket(self, role: str) -> str:
        """A bucket."""
        return self.of("aws_s3_bucket", role)

    def log_stream(self, group: str, stream: str = "stream") -> str:
        """A stream of one of the log groups."""
        return f"{self.of('aws_cloudwatch_log_group', f'log-group-{group}')}:log-stream:{stream}"

    @property
    def cluster(self) -> str:
        """The database cluster."""
        return self.of("aws_rds_cluster", "cluster")

    @property
    def master_secret(self) -> str:
        """The secret of the database's master user, which RDS makes."""
        cluster = self.configuration.one("aws_rds_cluster", "cluster")
        return self.configuration.attribute(cluster, "master_user_secret[0].secret_arn")

    @property
    def sessions(self) -> str:
        """The session table."""
        return self.of("aws_dynamodb_table", "sessions")

    def database_user(self, name: str) -> str:
        """A user of the database, as IAM sees it."""
        cluster = self.configuration.one("aws_rds_cluster", "cluster")
        identifier = self.configuration.attribute(cluster, "cluster_resource_id")
        return self.arn("rds-db", f"dbuser:{identifier}/{name}")

    def elsewhere(self, arn: str) -> str:
        """The same resource in another account."""
        return arn.replace(self.account_id, OTHER_ACCOUNT)

    def owner(self, arn: str) -> str:
        """The account of a resource. A bucket's ARN does not say: it is ours if it is in the configuration."""
        stated = arn.split(":")[4] if arn.count(":") > 4 else ""
        if stated or arn == "*":
            return stated or self.account_id
        bucket = arn.partition("/")[0]
        return self.account_id if bucket in self.every("aws_s3_bucket") else OTHER_ACCOUNT

    @property
    def roles(self) -> list[Resource]:
        """Every role that the layers make."""
        return self.configuration.resources("aws_iam_role")

    def role(self, layer: str, name: str) -> Principal:
        """A session of a role."""
        role = self.configuration.one("aws_iam_role", name, layer=layer)
        return self.session(role)

    def session(self, role: Resource) -> Principal:
        """A session of a role."""
        name = self.configuration.attribute(role, "name")
        return Principal(
            name=name,
            arn=f"arn:aws:sts::{self.account_id}:assumed-role/{name}/session",
            context=_identity(f"arn:aws:iam::{self.account_id}:role/{name}", account_id=self.account_id),
            role=role,
        )

    @property
    def administrator(self) -> Principal:
        """Somebody of this account whom IAM lets do anything."""
        return _unlimited("an administrator", account_id=self.account_id)

    @property
    def outsider(self) -> Principal:
        """Somebody of another account whom that account lets do anything."""
        return _unlimited("another account", account_id=OTHER_ACCOUNT)


def service(principal: str) -> Principal:
    """An AWS service in its own name; for whom it acts is said by the row."""
    says: Context = {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": principal}
    return Principal(name=principal, arn=principal, context=says)


def through(name: str) -> Context:
    """What KMS is told when a service of this region asks on behalf of its caller."""
    return {"kms:ViaService": f"{name}.{REGION}.amazonaws.com"}


def acting_for(account_id: str, source_arn: str | None = None) -> Context:
    """What a service says of the account, and the resource, for which it acts."""
    says: Context = {"aws:SourceAccount": account_id}
    return {**says, "aws:SourceArn": source_arn} if source_arn else says


def _unlimited(name: str, *, account_id: str) -> Principal:
    arn = f"arn:aws:iam::{account_id}:role/administrator"
    return Principal(name=name, arn=arn, context=_identity(arn, account_id=account_id), unlimited=True)


def _identity(arn: str, *, account_id: str) -> Context:
    return {"aws:PrincipalAccount": account_id, "aws:PrincipalArn": arn}
