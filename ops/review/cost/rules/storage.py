"""What keeps data, and the keys and secrets that it is read with."""

from ops.review.cost.findings import Charge, Context, Findings, NoPrice
from ops.review.cost.resources import Resource
from ops.review.cost.usage import Range

# The most read and the most throttled keys of a table without a sort key.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/contributorinsights_HowItWorks.html
_INSIGHTS_RULES = 2


def table(resource: Resource, context: Context) -> Findings:
    """A table that is paid for by request."""
    kept = context.usage["table_gb"]
    if any(one.get("enabled") for one in resource.blocks("point_in_time_recovery")):
        yield Charge("table_point_in_time", kept)
    if resource.text("billing_mode") != "PAY_PER_REQUEST":
        yield NoPrice("provisioned capacity")
    elif resource.text("table_class") not in {None, "", "STANDARD"} or resource.blocks("replica"):
        yield NoPrice("a table class of its own, or replicas")
    else:
        yield Charge("table_writes", context.usage["table_writes"])
        yield Charge("table_reads", context.usage["table_reads"])
        yield Charge("table_storage", kept)


def contributor_insights(_resource: Resource, _context: Context) -> Findings:
    """The rules that find the busiest keys."""
    yield Charge("contributor_insights", Range.always(_INSIGHTS_RULES))


def bucket(_resource: Resource, context: Context) -> Findings:
    """A bucket in storage class Standard, which new objects have."""
    yield Charge("bucket_storage", context.usage["bucket_gb"])
    yield Charge("bucket_writes", context.usage["bucket_writes"])


def repository(_resource: Resource, context: Context) -> Findings:
    """The images of a repository."""
    yield Charge("image_storage", context.usage["image_gb"])


def key(resource: Resource, context: Context) -> Findings:
    """A key and its use."""
    yield Charge("key", Range.always(1))
    if resource.text("customer_master_key_spec") in {None, "SYMMETRIC_DEFAULT"}:
        yield Charge("key_requests", context.usage["key_requests"])
    else:
        yield NoPrice(f"requests to a key of spec {resource.text('customer_master_key_spec')}")


def secret(_resource: Resource, _context: Context) -> Findings:
    """A secret."""
    yield Charge("secret", Range.always(1))
