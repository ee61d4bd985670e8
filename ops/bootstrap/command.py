"""Makes what keeps Terraform's state, once per account: a key, a bucket, a lock table. Mends what has drifted."""

from ops.account import Environment
from ops.backend import Backend
from ops.bootstrap.bucket import ensure_state_bucket, state_bucket_exists
from ops.bootstrap.key import ensure_state_key
from ops.bootstrap.lock_table import ensure_lock_table, find_lock_table
from ops.bootstrap.outcome import Outcome
from ops.errors import BadInputError

_PLACEHOLDER = "your-org"


def bootstrap(environment: Environment, backend: Backend) -> list[Outcome]:
    """Make or mend the state's key, bucket and lock table, and say of each what was done to it."""
    if not environment.embedded and _PLACEHOLDER in backend.bucket:
        raise BadInputError(
            f"backend.tf.json still names the bucket of the example, {backend.bucket}.\n"
            "  Bucket names are global: put a name of your own there, for example terraform-state-"
            f"{environment.account_id}, and run this again."
        )
    session, tags = environment.session(), _tags(environment)
    key, key_arn = ensure_state_key(session, backend, tags=tags)
    bucket = ensure_state_bucket(session, backend, account_id=environment.account_id, key_arn=key_arn, tags=tags)
    table = ensure_lock_table(session, backend, key_arn=key_arn, tags=tags)
    return [key, bucket, table]


def missing_parts(environment: Environment, backend: Backend) -> list[str]:
    """Which of the bucket and the lock table are not there."""
    session = environment.session()
    missing = []
    if not state_bucket_exists(session, backend, account_id=environment.account_id):
        missing.append(f"bucket {backend.bucket}")
    if find_lock_table(session, backend) is None:
        missing.append(f"table {backend.lock_table}")
    return missing


def _tags(environment: Environment) -> dict[str, str]:
    """The tags of what no single environment owns: who made it, for all of them."""
    settings = environment.settings.environment
    return {
        "Environment": "Shared",  # no environment can be called that: suffixes are lower case
        "Project": settings.project,
        "Owner": settings.owner,
        "CostCenter": settings.cost_center,
        "ManagedBy": "ops",
        "Layer": "state",
    }
