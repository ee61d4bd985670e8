"""Firewall: AWS WAF in front of the load balancer, with AWS's managed rules and a limit per address."""

from cdktf_cdktf_provider_aws.cloudwatch_log_resource_policy import CloudwatchLogResourcePolicy
from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAcl,
    Wafv2WebAclDefaultAction,
    Wafv2WebAclDefaultActionAllow,
    Wafv2WebAclRule,
    Wafv2WebAclRuleVisibilityConfig,
    Wafv2WebAclVisibilityConfig,
)
from cdktf_cdktf_provider_aws.wafv2_web_acl_association import Wafv2WebAclAssociation
from cdktf_cdktf_provider_aws.wafv2_web_acl_logging_configuration import (
    Wafv2WebAclLoggingConfiguration,
    Wafv2WebAclLoggingConfigurationRedactedFields,
    Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader,
)

from stacks.base import AnyLayer
from stacks.iam import allow, policy, service
from stacks.log_groups import log_group

# https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
MANAGED_RULE_GROUPS = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
)
SECRET_HEADERS = ("authorization", "cookie")


def firewall(layer: AnyLayer, *, load_balancer_arn: str, logs_key_arn: str) -> Wafv2WebAcl:
    """A web ACL in front of the load balancer that logs what it sees, except credentials."""
    acl = Wafv2WebAcl(
        layer,
        "firewall",
        name=layer.names("web-acl"),
        description="Managed rules and a rate limit in front of the load balancer",
        scope="REGIONAL",
        default_action=Wafv2WebAclDefaultAction(allow=Wafv2WebAclDefaultActionAllow()),
        rule=[*_managed_rules(), _rate_limit(layer, priority=len(MANAGED_RULE_GROUPS))],
        visibility_config=Wafv2WebAclVisibilityConfig(
            cloudwatch_metrics_enabled=True, metric_name=layer.names("web-acl"), sampled_requests_enabled=True
        ),
    )
    Wafv2WebAclAssociation(layer, "firewall-association", resource_arn=load_balancer_arn, web_acl_arn=acl.arn)
    _log(layer, acl, key_arn=logs_key_arn)
    return acl


def _visible(metric: str) -> Wafv2WebAclRuleVisibilityConfig:
    return Wafv2WebAclRuleVisibilityConfig(
        cloudwatch_metrics_enabled=True, metric_name=metric, sampled_requests_enabled=True
    )


def _managed_rules() -> list[Wafv2WebAclRule]:
    # The bindings type a rule's statement and action as plain JSON, in Terraform's own words.
    return [
        Wafv2WebAclRule(
            name=group,
            priority=priority,
            override_action={"none": {}},
            statement={"managed_rule_group_statement": {"vendor_name": "AWS", "name": group}},
            visibility_config=_visible(group),
        )
        for priority, group in enumerate(MANAGED_RULE_GROUPS)
    ]


def _rate_limit(layer: AnyLayer, *, priority: int) -> Wafv2WebAclRule:
    per_address = {"limit": layer.settings.service.waf_rate_limit, "aggregate_key_type": "IP"}
    return Wafv2WebAclRule(
        name="rate-limit",
        priority=priority,
        action={"block": {}},
        statement={"rate_based_statement": per_address},
        visibility_config=_visible("rate-limit"),
    )


def _log(layer: AnyLayer, acl: Wafv2WebAcl, *, key_arn: str) -> None:
    # AWS dictates the prefix: https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
    group = log_group(layer, "firewall", key_arn=key_arn, name=f"aws-waf-logs-{layer.names.suffix}")
    # WAF would write this policy itself, and leave it behind when the environment is destroyed.
    written = CloudwatchLogResourcePolicy(
        layer,
        "firewall-log-policy",
        policy_name=layer.names("log-policy", "firewall"),
        policy_document=policy(
            allow(
                "logs:CreateLogStream",
                "logs:PutLogEvents",
                on=[f"{group.arn}:*"],
                to=service("delivery.logs.amazonaws.com"),
                when={
                    "StringEquals": {"aws:SourceAccount": layer.account_id},
                    "ArnLike": {"aws:SourceArn": layer.arn("logs", "*")},
                },
            )
        ),
    )
    secrets = [
        Wafv2WebAclLoggingConfigurationRedactedFields(
            single_header=Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader(name=header)
        )
        for header in SECRET_HEADERS
    ]
    Wafv2WebAclLoggingConfiguration(
        layer,
        "firewall-logging",
        resource_arn=acl.arn,
        log_destination_configs=[group.arn],
        redacted_fields=secrets,
        depends_on=[written],
    )
