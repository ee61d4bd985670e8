"""Whether the environment's names are free, or taken by what its own states know of."""

from collections.abc import Iterator, Mapping

from botocore.exceptions import ClientError

from ops.account import Environment
from ops.checks.deployed import Deployed
from ops.leftovers import find_leftovers
from ops.preflight.finding import Answer, failure, ok
from ops.state import State
from ops.synth import Synthesized

_IDENTITIES = ("arn", "id", "name", "bucket", "identifier", "alarm_name", "cluster_identifier", "dashboard_name")
_MOST_SHOWN = 5


def names(environment: Environment, synthesized: Synthesized, states: Mapping[str, State]) -> Answer:
    """Whether something of the name exists that no state knows: a deployment would fail on it half-way."""
    known = set(_known(states))
    strangers = [one for one in find_leftovers(environment, synthesized) if one.id not in known]
    # What Terraform does not make itself bears the tags too: tasks, snapshots, recovery points, network interfaces.
    strangers = [one for one in strangers if not (known and one.kind == "tagged")]
    if not strangers:
        return ok(
            f"everything of {environment.suffix} that exists is known"
            if known
            else f"nothing is called {environment.suffix} yet"
        )
    shown = ", ".join(f"{one.kind} {one.id}" for one in strangers[:_MOST_SHOWN])
    more = f" and {len(strangers) - _MOST_SHOWN} more" if len(strangers) > _MOST_SHOWN else ""
    return failure(
        f"{shown}{more} exist, but no state of this environment knows them",
        "Delete them, import them, or choose another suffix in [environment].",
    )


def buckets(account: Deployed) -> Answer:
    """Whether the names of the buckets, which are global, belong to nobody else."""
    taken = [name for role in ("data", "logs") if _is_taken(account, name := account.names.bucket(role))]
    if taken:
        return failure(
            f"{', '.join(taken)} belong to another account",
            "Bucket names are global: choose another suffix in [environment].",
        )
    return ok("no other account has a bucket of these names")


def _known(states: Mapping[str, State]) -> Iterator[str]:
    for state in states.values():
        for resource in state.resources:
            for instance in resource["instances"]:
                yield from (str(instance["attributes"].get(name)) for name in _IDENTITIES)


def _is_taken(account: Deployed, name: str) -> bool:
    try:
        account.session.client("s3").head_bucket(Bucket=name, ExpectedBucketOwner=account.account_id)
    except ClientError as error:
        return bool(error.response["ResponseMetadata"]["HTTPStatusCode"] in {301, 400, 403})
    return False
