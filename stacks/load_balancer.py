"""Load balancer: HTTPS for the world, a redirect for who forgot the s, and health checks that find a dead task fast."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.data_aws_acm_certificate import DataAwsAcmCertificate
from cdktf_cdktf_provider_aws.data_aws_route53_zone import DataAwsRoute53Zone
from cdktf_cdktf_provider_aws.lb import Lb, LbAccessLogs
from cdktf_cdktf_provider_aws.lb_listener import (
    LbListener,
    LbListenerDefaultAction,
    LbListenerDefaultActionRedirect,
)
from cdktf_cdktf_provider_aws.lb_target_group import LbTargetGroup, LbTargetGroupHealthCheck
from cdktf_cdktf_provider_aws.route53_record import Route53Record, Route53RecordAlias

from stacks.base import AnyLayer
from stacks.network import NetworkOutputs
from stacks.storage import LOAD_BALANCER_LOG_PREFIX

# TLS 1.2 and 1.3, forward secrecy only.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"

# A task is out after two failed checks, at most 5 + 5 + 2 seconds after it died; AWS's defaults take over 60.
HEALTH_CHECK_SECONDS = 5
HEALTH_CHECK_TIMEOUT_SECONDS = 2
CHECKS_TO_CHANGE_STATE = 2

# How long a task that is being replaced may finish what it has begun; the task's own stop timeout is longer.
DRAIN_SECONDS = 30


@dataclass(frozen=True)
class LoadBalancer:
    """The load balancer, where it sends requests, and the listener that has to exist before tasks register."""

    balancer: Lb
    target_group: LbTargetGroup
    listener: LbListener


def load_balancer(layer: AnyLayer, *, network: NetworkOutputs, log_bucket_name: str) -> LoadBalancer:
    """A public load balancer over the public subnets, in front of the service's targets."""
    balancer = Lb(
        layer,
        "load-balancer",
        name=layer.names("alb"),
        load_balancer_type="application",
        internal=False,
        subnets=network.public_subnet_ids,
        security_groups=[network.load_balancer_security_group_id],
        drop_invalid_header_fields=True,
        desync_mitigation_mode="defensive",
        enable_zonal_shift=True,
        enable_deletion_protection=False,
        access_logs=LbAccessLogs(bucket=log_bucket_name, prefix=LOAD_BALANCER_LOG_PREFIX, enabled=True),
    )
    target_group = _target_group(layer, vpc_id=network.vpc_id)
    listener = _listeners(layer, balancer, target_group)
    _alias(layer, balancer)
    return LoadBalancer(balancer=balancer, target_group=target_group, listener=listener)


def _target_group(layer: AnyLayer, *, vpc_id: str) -> LbTargetGroup:
    service = layer.settings.service
    return LbTargetGroup(
        layer,
        "target-group",
        name=layer.names("tg"),
        vpc_id=vpc_id,
        target_type="ip",
        protocol=service.target_protocol,
        port=service.container_port,
        deregistration_delay=str(DRAIN_SECONDS),
        load_balancing_algorithm_type="least_outstanding_requests",
        # Shallow: a check that asks the database would kill every task during a failover.
        health_check=LbTargetGroupHealthCheck(
            protocol=service.target_protocol,
            path=service.health_check_path,
            matcher="200",
            interval=HEALTH_CHECK_SECONDS,
            timeout=HEALTH_CHECK_TIMEOUT_SECONDS,
            healthy_threshold=CHECKS_TO_CHANGE_STATE,
            unhealthy_threshold=CHECKS_TO_CHANGE_STATE,
        ),
    )


def _listeners(layer: AnyLayer, balancer: Lb, target_group: LbTargetGroup) -> LbListener:
    LbListener(
        layer,
        "http",
        load_balancer_arn=balancer.arn,
        port=80,
        protocol="HTTP",
        default_action=[
            LbListenerDefaultAction(
                type="redirect",
                redirect=LbListenerDefaultActionRedirect(port="443", protocol="HTTPS", status_code="HTTP_301"),
            )
        ],
    )
    return LbListener(
        layer,
        "https",
        load_balancer_arn=balancer.arn,
        port=443,
        protocol="HTTPS",
        ssl_policy=TLS_POLICY,
        certificate_arn=_certificate_arn(layer),
        default_action=[LbListenerDefaultAction(type="forward", target_group_arn=target_group.arn)],
    )


def _certificate_arn(layer: AnyLayer) -> str:
    certificate = layer.settings.service.certificate
    if certificate.startswith("arn:"):
        return certificate
    found = DataAwsAcmCertificate(layer, "certificate", domain=certificate, statuses=["ISSUED"], most_recent=True)
    return found.arn


def _alias(layer: AnyLayer, balancer: Lb) -> None:
    service = layer.settings.service
    if service.hosted_zone is None or service.domain is None:
        return
    zone = DataAwsRoute53Zone(layer, "zone", name=service.hosted_zone)
    Route53Record(
        layer,
        "alias",
        zone_id=zone.zone_id,
        name=service.domain,
        type="A",
        alias=Route53RecordAlias(name=balancer.dns_name, zone_id=balancer.zone_id, evaluate_target_health=True),
    )
