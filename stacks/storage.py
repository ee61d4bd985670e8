"""Storage: the data bucket, the session table, and the bucket that access logs go to."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.dynamodb_contributor_insights import DynamodbContributorInsights
from cdktf_cdktf_provider_aws.dynamodb_table import (
    DynamodbTable,
    DynamodbTableAttribute,
    DynamodbTablePointInTimeRecovery,
    DynamodbTableServerSideEncryption,
    DynamodbTableTtl,
)
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
    S3BucketLifecycleConfigurationRuleTransition,
)
from cdktf_cdktf_provider_aws.s3_bucket_logging import S3BucketLoggingA
from cdktf_cdktf_provider_aws.s3_bucket_metric import S3BucketMetric
from constructs import Construct

from stacks.alarms import Alarm, Expression, Metric, Missing, raise_alarms
from stacks.alerting import Alerting
from stacks.base import Layer
from stacks.buckets import Bucket, BucketContent, bucket, only_under
from stacks.iam import Statement, allow, service
from stacks.keys import Keys
from stacks.names import session_table_of
from stacks.settings import Settings

LOAD_BALANCER_LOG_PREFIX = "load-balancer"
S3_LOG_PREFIX = "s3/"
LOG_DAYS = 90
SUPERSEDED_DAYS = 30
ENTIRE_BUCKET = "entire-bucket"

# The calls that the service makes of the session table; SystemErrors exist per table and operation only.
SESSION_OPERATIONS = ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query")


def storage_alarms(*, table_name: str, bucket_name: str) -> list[Alarm]:
    """Metrics: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html.

    Alarms on AWS/DynamoDB keep their state while data is missing whatever they are told, so FILL says "zero":
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarms-and-missing-data
    """

    def table(name: str, statistic: str = "Sum", **dimensions: str) -> Metric:
        return Metric(
            namespace="AWS/DynamoDB",
            name=name,
            dimensions={"TableName": table_name, **dimensions},
            statistic=statistic,
        )

    failing = {operation.lower(): table("SystemErrors", Operation=operation) for operation in SESSION_OPERATIONS}
    return [
        Alarm(
            name="sessions-throttled",
            watches=Expression(
                "FILL(reads, 0) + FILL(writes, 0)",
                metrics={"reads": table("ReadThrottleEvents"), "writes": table("WriteThrottleEvents")},
            ),
            above=0,
            periods=3,
            breaching=2,
            missing=Missing.OK,
            means="DynamoDB throttles the session table: users are signed out or cannot sign in.",
            runbook="throttling",
        ),
        Alarm(
            name="sessions-failing",
            watches=Expression(" + ".join(f"FILL({operation}, 0)" for operation in failing), metrics=failing),
            above=5,
            missing=Missing.OK,
            means="DynamoDB answers calls on the session table with errors of its own.",
            runbook="throttling",
        ),
        Alarm(
            name="sessions-slow",
            watches=Expression(
                "FILL(latency, 0)",
                metrics={"latency": table("SuccessfulRequestLatency", "Average", Operation="GetItem")},
            ),
            above=50,
            periods=5,
            missing=Missing.OK,
            severity="ticket",
            means="Reading a session takes over 50 ms on average.",
            runbook="latency",
        ),
        Alarm(
            name="data-bucket-failing",
            watches=Metric(
                namespace="AWS/S3",
                name="5xxErrors",
                dimensions={"BucketName": bucket_name, "FilterId": ENTIRE_BUCKET},
                statistic="Sum",
            ),
            above=5,
            periods=2,
            missing=Missing.OK,
            means="S3 answers requests on the data bucket with errors of its own, or asks to slow down.",
            runbook="throttling",
        ),
    ]


@dataclass(frozen=True)
class StorageOutputs:
    """The buckets, the session table, and which alarms page."""

    data_bucket_name: str
    data_bucket_arn: str
    log_bucket_name: str
    session_table_name: str
    session_table_arn: str
    paging_alarm_names: list[str]


class Storage(Layer[StorageOutputs]):
    """Where the service keeps what is not relational, and where access to it is recorded."""

    layer = "storage"
    outputs = StorageOutputs

    def __init__(self, scope: Construct, settings: Settings, *, keys: Keys, alerting: Alerting) -> None:
        super().__init__(scope, settings)
        key_arn = self.read(keys).storage_key_arn
        logs = self._log_bucket()
        data = self._data_bucket(key_arn=key_arn, logs=logs)
        sessions = self._session_table(key_arn=key_arn)
        alarms = storage_alarms(table_name=sessions.name, bucket_name=data.bucket)
        paging = raise_alarms(self, alarms, topic_arn=self.read(alerting).alert_topic_arn)

        self.publish(
            StorageOutputs(
                data_bucket_name=data.bucket,
                data_bucket_arn=data.arn,
                log_bucket_name=logs.bucket.bucket,
                session_table_name=sessions.name,
                session_table_arn=sessions.arn,
                paging_alarm_names=paging,
            )
        )

    def _log_bucket(self) -> Bucket:
        """SSE-S3, because the load balancer and S3 itself can write their logs to no other.

        https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
        """
        return bucket(
            self,
            "logs",
            BucketContent(
                key_arn=None,
                statements=self._log_writers(),
                lifecycle=[
                    S3BucketLifecycleConfigurationRule(
                        id="expire",
                        status="Enabled",
                        filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],
                        expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=LOG_DAYS)],
                    ),
                    _clean_up(superseded_days=1),
                ],
            ),
        )

    def _log_writers(self) -> list[Statement]:
        arn = f"arn:aws:s3:::{self.names.bucket('logs')}"
        balancers = self.arn("elasticloadbalancing", "loadbalancer/*")
        source = f"arn:aws:s3:::{self.names.bucket('data')}"
        mine = {"aws:SourceAccount": self.account_id}
        return [
            allow(
                "s3:PutObject",
                on=[f"{arn}/{LOAD_BALANCER_LOG_PREFIX}/AWSLogs/{self.account_id}/*"],
                to=service("logdelivery.elasticloadbalancing.amazonaws.com"),
                when={"ArnLike": {"aws:SourceArn": balancers}},
                sid="LoadBalancerLogs",
            ),
            allow(
                "s3:PutObject",
                on=[f"{arn}/{S3_LOG_PREFIX}*"],
                to=service("logging.s3.amazonaws.com"),
                when={"StringEquals": mine, "ArnLike": {"aws:SourceArn": source}},
                sid="S3AccessLogs",
            ),
        ]

    def _data_bucket(self, *, key_arn: str, logs: Bucket) -> S3Bucket:
        arn = f"arn:aws:s3:::{self.names.bucket('data')}"
        data = bucket(
            self,
            "data",
            BucketContent(
                key_arn=key_arn,
                statements=only_under(key_arn, objects=f"{arn}/*"),
                lifecycle=[
                    S3BucketLifecycleConfigurationRule(
                        id="tier-down",
                        status="Enabled",
                        filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],
                        transition=[
                            S3BucketLifecycleConfigurationRuleTransition(days=30, storage_class="STANDARD_IA"),
                            S3BucketLifecycleConfigurationRuleTransition(days=90, storage_class="GLACIER_IR"),
                        ],
                    ),
                    _clean_up(superseded_days=SUPERSEDED_DAYS),
                ],
            ),
        ).bucket
        S3BucketLoggingA(
            self,
            "data-access-logs",
            bucket=data.id,
            target_bucket=logs.bucket.id,
            target_prefix=S3_LOG_PREFIX,
            depends_on=[logs.policy],
        )
        S3BucketMetric(self, "data-metrics", bucket=data.id, name=ENTIRE_BUCKET)
        return data

    def _session_table(self, *, key_arn: str) -> DynamodbTable:
        restored = self.settings.sessions.restored
        table = DynamodbTable(
            self,
            # A copy that takes its place is another resource: docs/decisions/switching-to-a-restored-copy.md.
            f"sessions-{restored}" if restored else "sessions",
            name=session_table_of(self.settings),
            billing_mode="PAY_PER_REQUEST",
            hash_key="session_id",
            attribute=[DynamodbTableAttribute(name="session_id", type="S")],
            ttl=DynamodbTableTtl(attribute_name="expires_at", enabled=True),
            point_in_time_recovery=DynamodbTablePointInTimeRecovery(enabled=True),
            server_side_encryption=DynamodbTableServerSideEncryption(enabled=True, kms_key_arn=key_arn),
            deletion_protection_enabled=False,
        )
        DynamodbContributorInsights(self, "sessions-insights", table_name=table.name)
        return table


def _clean_up(*, superseded_days: int) -> S3BucketLifecycleConfigurationRule:
    """What nobody asks for again: replaced versions, deletion markers with nothing behind them, abandoned uploads."""
    return S3BucketLifecycleConfigurationRule(
        id="clean-up",
        status="Enabled",
        filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],
        noncurrent_version_expiration=[
            S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(noncurrent_days=superseded_days)
        ],
        expiration=[S3BucketLifecycleConfigurationRuleExpiration(expired_object_delete_marker=True)],
        abort_incomplete_multipart_upload=[
            S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(days_after_initiation=7)
        ],
    )
