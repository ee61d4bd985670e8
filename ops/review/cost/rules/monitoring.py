"""What CloudWatch is paid for: metrics that alarms watch, dashboards, metrics of one's own, and log lines."""

from decimal import Decimal

from ops.review.cost.findings import Assumed, Charge, Context, Findings, NoPrice
from ops.review.cost.resources import Resource, number_in
from ops.review.cost.usage import Range

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
_REQUEST_METRICS = 16
_STANDARD_PERIOD = 60
# A band of what is expected watches the metric and both of its limits: https://aws.amazon.com/cloudwatch/pricing/
_METRICS_OF_A_BAND = 3
_DAYS_OF_A_MONTH = 30
_FOR_EVER_DAYS = Decimal(365)


def metric_alarm(resource: Resource, _context: Context) -> Findings:
    """Each metric that an alarm watches; an expression counts each of its metrics."""
    metrics = [metric for query in resource.blocks("metric_query") for metric in _blocks(query.get("metric"))]
    periods = [number_in(metric, "period") for metric in metrics] or [resource.number("period")]
    quick = any(period is not None and period < _STANDARD_PERIOD for period in periods)
    watched = len(periods) * (_METRICS_OF_A_BAND if resource.text("threshold_metric_id") else 1)
    yield Charge("alarm_metric_high_resolution" if quick else "alarm_metric", Range.always(watched))


def composite_alarm(_resource: Resource, _context: Context) -> Findings:
    """An alarm on alarms."""
    yield Charge("composite_alarm", Range.always(1))


def dashboard(_resource: Resource, _context: Context) -> Findings:
    """A dashboard."""
    yield Charge("dashboard", Range.always(1))


def bucket_metrics(_resource: Resource, _context: Context) -> Findings:
    """The request metrics of a bucket, or of a part of it."""
    yield Charge("metric", Range.always(_REQUEST_METRICS))


def log_metric(_resource: Resource, _context: Context) -> Findings:
    """A metric that is counted from log lines."""
    yield Charge("metric", Range.always(1))


def log_group(resource: Resource, context: Context) -> Findings:
    """Log lines as they are written, and for as long as they are kept."""
    if (resource.text("log_group_class") or "STANDARD") != "STANDARD":
        yield NoPrice(f"log lines of class {resource.text('log_group_class')}")
        return
    written = context.usage["log_gb"]
    yield Charge("logs_written", written)
    days = resource.number("retention_in_days")
    if not days:
        yield Assumed("log lines are kept for ever: those of a year are counted")
    yield Charge("logs_kept", written.each(lambda gb: gb * (days or _FOR_EVER_DAYS) / _DAYS_OF_A_MONTH))


def subscription(resource: Resource, _context: Context) -> Findings:
    """Text messages are charged for; the first thousand e-mails of a month, and what AWS services receive, are free."""
    if resource.text("protocol") == "sms":
        yield NoPrice("text messages")


def _blocks(found: object) -> list[dict[str, object]]:
    return found if isinstance(found, list) else [found] if isinstance(found, dict) else []
