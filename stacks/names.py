"""How things are named: `{resource-type}-{suffix}`, or `{resource-type}-{role}-{suffix}` where a type has several."""

from dataclasses import dataclass

from stacks.settings import Settings


@dataclass(frozen=True)
class Names:
    """The names of one environment. `suffix` sets environments in one account apart."""

    suffix: str
    account_id: str

    def __call__(self, resource_type: str, role: str | None = None) -> str:
        """The name of a resource, for example `alb-prod` or `security-group-database-prod`."""
        return "-".join(part for part in (resource_type, role, self.suffix) if part)

    def bucket(self, role: str) -> str:
        """The name of a bucket, for example `s3-data-111122223333-prod`: bucket names are global."""
        return f"s3-{role}-{self.account_id}-{self.suffix}"


def tags_of(settings: Settings, *, layer: str, managed_by: str) -> dict[str, str]:
    """What everything of an environment is tagged with, whoever makes it."""
    environment = settings.environment
    return {
        "Environment": environment.suffix,
        "Project": environment.project,
        "Owner": environment.owner,
        "CostCenter": environment.cost_center,
        "ManagedBy": managed_by,
        "Layer": layer,
    }


def names_of(settings: Settings) -> Names:
    """The names of the environment that `settings` describe."""
    return Names(suffix=settings.environment.suffix, account_id=settings.environment.account_id)


def cluster_of(settings: Settings) -> str:
    """The identifier of the database cluster. A copy that took its place has the time that it was restored to in it."""
    return names_of(settings)("aurora", settings.database.restored)


def cluster_log_group_of(settings: Settings) -> str:
    """Where RDS writes the log of the cluster; it allows no other name."""
    return f"/aws/rds/cluster/{cluster_of(settings)}/postgresql"


def instances_of(settings: Settings) -> list[str]:
    """The identifiers of the cluster's instances, first the writer to be."""
    numbers = [str(position + 1) for position in range(settings.database.instances)]
    restored = settings.database.restored
    return [names_of(settings)("aurora-instance", f"{restored}-{one}" if restored else one) for one in numbers]


def session_table_of(settings: Settings) -> str:
    """The name of the session table, likewise."""
    restored = settings.sessions.restored
    return names_of(settings)("dynamodb", f"sessions-{restored}" if restored else "sessions")
