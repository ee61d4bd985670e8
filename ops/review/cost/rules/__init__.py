"""What each type of resource is charged for: a rule says how many units of which price, and `RULES` has them all."""

from ops.review.cost.findings import Rule
from ops.review.cost.rules import backup, compute, database, monitoring, network, storage

RULES: dict[str, Rule] = {
    "aws_appautoscaling_policy": compute.scaling_policy,
    "aws_backup_plan": backup.plan,
    "aws_backup_restore_testing_selection": backup.restore_testing_selection,
    "aws_cloudwatch_composite_alarm": monitoring.composite_alarm,
    "aws_cloudwatch_dashboard": monitoring.dashboard,
    "aws_cloudwatch_log_group": monitoring.log_group,
    "aws_cloudwatch_log_metric_filter": monitoring.log_metric,
    "aws_cloudwatch_metric_alarm": monitoring.metric_alarm,
    "aws_dynamodb_contributor_insights": storage.contributor_insights,
    "aws_dynamodb_table": storage.table,
    "aws_ecr_repository": storage.repository,
    "aws_ecs_cluster": compute.cluster,
    "aws_ecs_service": compute.service,
    "aws_eip": network.address,
    "aws_kms_key": storage.key,
    "aws_lb": network.load_balancer,
    "aws_nat_gateway": network.nat_gateway,
    "aws_rds_cluster": database.cluster,
    "aws_rds_cluster_instance": database.instance,
    "aws_route53_zone": network.hosted_zone,
    "aws_s3_bucket": storage.bucket,
    "aws_s3_bucket_metric": monitoring.bucket_metrics,
    "aws_secretsmanager_secret": storage.secret,
    "aws_sns_topic_subscription": monitoring.subscription,
    "aws_vpc_endpoint": network.endpoint,
    "aws_wafv2_web_acl": network.web_acl,
}
