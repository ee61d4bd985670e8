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


def names_of(settings: Settings) -> Names:
    """The names of the environment that `settings` describe."""
    return Names(suffix=settings.environment.suffix, account_id=settings.environment.account_id)
