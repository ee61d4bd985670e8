"""What an account should have whatever is deployed to it: a place for state, a trail, tags that costs are told by."""

from botocore.exceptions import ClientError

from ops.account import Environment
from ops.backend import Backend
from ops.bootstrap.bucket import state_bucket_exists
from ops.bootstrap.lock_table import find_lock_table
from ops.checks.deployed import Deployed
from ops.locks import Locks
from ops.preflight.finding import Answer, failure, note, ok, warning

_PLACEHOLDER = "your-org"


def state_backend(environment: Environment, backend: Backend, account: Deployed) -> Answer:
    """Whether there is a safe place for Terraform's state."""
    remedy = f"Make or mend it, once per account: python -m ops bootstrap {environment.command_line}"
    if _PLACEHOLDER in backend.bucket and not environment.embedded:
        return failure(
            f"backend.tf.json still names the bucket of the example, {backend.bucket}",
            f"Bucket names are global: put one of your own there, such as terraform-state-{environment.account_id}.",
        )
    missing = []
    if not state_bucket_exists(account.session, backend, account_id=environment.account_id):
        missing.append(f"bucket {backend.bucket}")
    if find_lock_table(account.session, backend) is None:
        missing.append(f"table {backend.lock_table}")
    if missing and environment.embedded:
        return note(f"{' and '.join(missing)} will be made by the deployment")
    if missing:
        return failure(f"{' and '.join(missing)} missing: there is nowhere to keep state", remedy)
    problems = _unsafe(account, backend)
    if problems:
        return warning(f"bucket {backend.bucket} {', '.join(problems)}", remedy)
    return ok(f"bucket {backend.bucket} is versioned, encrypted and private; table {backend.lock_table} locks")


def locks(environment: Environment, backend: Backend, layers: list[str], account: Deployed) -> Answer:
    """Whether somebody is at work on the environment, or was killed at it."""
    if find_lock_table(account.session, backend) is None:
        return ok("nobody is at work")
    known = Locks(session=account.session, backend=backend, suffix=environment.suffix)
    held = {layer: lock for layer in layers if (lock := known.find(layer))}
    if not held:
        return ok("nobody is at work")
    return [
        failure(
            f"{layer} is locked by {lock.who} since {lock.created:%Y-%m-%d %H:%M} UTC",
            f"Wait; or, when nobody is at work on it: python -m ops unlock {environment.command_line}",
        )
        for layer, lock in held.items()
    ]


def trail(account: Deployed) -> Answer:
    """Whether CloudTrail tells EventBridge of API calls: the alert of a key's deletion depends on it."""
    remedy = (
        "Without one nobody hears when a key is about to be deleted. Make a trail of management events: "
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-create-and-update-a-trail.html"
    )
    trails = account.ask("cloudtrail", "describe_trails")["trailList"]
    here = [one for one in trails if one.get("IsMultiRegionTrail") or one.get("HomeRegion") == account.region]
    logging = [
        one["Name"] for one in here if account.ask("cloudtrail", "get_trail_status", Name=one["TrailARN"])["IsLogging"]
    ]
    if not logging:
        return warning("no CloudTrail trail of this account is logging", remedy)
    return ok(f"trail {logging[0]} is logging")


def cost_tag(account: Deployed) -> Answer:
    """Whether costs are told apart by the tag Environment: the budget counts by it."""
    found = account.ask("ce", "list_cost_allocation_tags", TagKeys=["Environment"], Status="Active")
    if found.get("CostAllocationTags"):
        return ok("costs are told apart by the tag Environment")
    return warning(
        "costs are not told apart by the tag Environment, so that the budget counts nothing",
        "Activate it in the account that pays, a day after the first deployment: "
        "aws ce update-cost-allocation-tags-status --cost-allocation-tags-status TagKey=Environment,Status=Active",
    )


def runbooks(account: Deployed) -> Answer:
    """Whether alarms link to runbooks that can be read."""
    address = account.settings.environment.runbooks
    if _PLACEHOLDER in address:
        return warning(
            f"alarms will link to {address}, the example's address",
            "Set runbooks of [environment] to where people can read docs/runbooks.",
        )
    return ok(f"alarms link to {address}")


def _unsafe(account: Deployed, backend: Backend) -> list[str]:
    s3 = account.session.client("s3", region_name=backend.region)
    problems = []
    if s3.get_bucket_versioning(Bucket=backend.bucket).get("Status") != "Enabled":
        problems.append("keeps no versions")
    try:
        rules = s3.get_bucket_encryption(Bucket=backend.bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        algorithms = {rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] for rule in rules}
    except ClientError:
        algorithms = set()
    if "aws:kms" not in algorithms:
        problems.append("is not encrypted with a key of the account's own")
    try:
        blocked = s3.get_public_access_block(Bucket=backend.bucket)["PublicAccessBlockConfiguration"]
    except ClientError:
        blocked = {}
    if len(blocked) < 4 or not all(blocked.values()):
        problems.append("does not block public access")
    return problems
