"""Checks of the load balancer and the firewall in front of it."""

from typing import Any

from ops.checks.deployed import Deployed
from ops.checks.framework import check, only, require, same, same_set
from ops.checks.network import security_group, subnets

# Every policy of this name has TLS 1.3 and 1.2, or 1.3 alone, and ciphers with forward secrecy.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
TLS_POLICIES = "ELBSecurityPolicy-TLS13-1-"
OUTDATED = ("-1-0-", "-1-1-")
SECONDS_TO_DETECT_A_DEAD_TASK = 20


def balancer(aws: Deployed) -> dict[str, Any]:
    """The load balancer."""
    name = aws.names("alb")
    return dict(only(name, aws.ask("elbv2", "describe_load_balancers", Names=[name])["LoadBalancers"]))


def target_group(aws: Deployed) -> dict[str, Any]:
    """The target group of the service."""
    name = aws.names("tg")
    return dict(only(name, aws.ask("elbv2", "describe_target_groups", Names=[name])["TargetGroups"]))


def _listener(aws: Deployed, port: int) -> dict[str, Any]:
    arguments = {"LoadBalancerArn": balancer(aws)["LoadBalancerArn"]}
    found = aws.listed("elbv2", "describe_listeners", "Listeners", **arguments)
    return dict(only(f"listeners on {port}", [listener for listener in found if listener["Port"] == port]))


def _attributes(aws: Deployed) -> dict[str, str]:
    arguments = {"LoadBalancerArn": balancer(aws)["LoadBalancerArn"]}
    answer = aws.ask("elbv2", "describe_load_balancer_attributes", **arguments)
    return {one["Key"]: one["Value"] for one in answer["Attributes"]}


@check("APP-2")
def load_balancer_is_in_every_zone(aws: Deployed) -> None:
    """The load balancer is up, faces the internet, and stands in the public subnets of all zones."""
    found = balancer(aws)
    same("the load balancer is", found["State"]["Code"], "active")
    same("it is", found.get("Scheme", "internet-facing"), "internet-facing")
    expected = [subnet["SubnetId"] for subnet in subnets(aws, "public")]
    same_set("the load balancer's list of subnets", [zone["SubnetId"] for zone in found["AvailabilityZones"]], expected)
    same("its security groups", found["SecurityGroups"], [security_group(aws, "load-balancer")])


@check("APP-2", "ENV-8")
def visitors_get_modern_tls(aws: Deployed) -> None:
    """HTTPS is served with TLS 1.3 or 1.2 only."""
    listener = _listener(aws, 443)
    same("protocol on 443", listener["Protocol"], "HTTPS")
    policy = listener["SslPolicy"]
    modern = policy.startswith(TLS_POLICIES) and not any(old in policy for old in OUTDATED)
    require(modern, f"the TLS policy is {policy}")


@check("APP-2")
def certificate_is_issued(aws: Deployed) -> None:
    """The certificate on the load balancer is issued, and is the one that the settings name."""
    arn = only("certificates on 443", _listener(aws, 443)["Certificates"])["CertificateArn"]
    certificate = aws.ask("acm", "describe_certificate", CertificateArn=arn)["Certificate"]
    same("the certificate is", certificate["Status"], "ISSUED")
    wanted = aws.settings.service.certificate
    require(wanted in {arn, certificate["DomainName"]}, f"the certificate is for {certificate['DomainName']}")


@check("APP-2")
def http_is_redirected(aws: Deployed) -> None:
    """Who forgets the s of https is sent to HTTPS, for good."""
    action = only("actions on 80", _listener(aws, 80)["DefaultActions"])
    same("what happens on 80", action["Type"], "redirect")
    redirect = {name: action["RedirectConfig"].get(name) for name in ("Protocol", "Port", "StatusCode")}
    same("where to", redirect, {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"})


@check("APP-2", "ENV-3")
def load_balancer_is_careful(aws: Deployed) -> None:
    """The load balancer drops invalid headers, writes access logs, and can be destroyed."""
    found = _attributes(aws)
    same("invalid headers are dropped", found.get("routing.http.drop_invalid_header_fields.enabled"), "true")
    same("access logs are written", found.get("access_logs.s3.enabled"), "true")
    same("where access logs go", found.get("access_logs.s3.bucket"), aws.names.bucket("logs"))
    same("deletion protection", found.get("deletion_protection.enabled", "false"), "false")


@check("APP-2", "OBS-5")
def dead_tasks_are_detected_fast(aws: Deployed) -> None:
    """A task that has died gets no more requests after 20 seconds at most."""
    group = target_group(aws)
    interval, timeout = group["HealthCheckIntervalSeconds"], group["HealthCheckTimeoutSeconds"]
    # It may die just after a check, and the last of the checks that fail has to time out.
    slowest = interval * group["UnhealthyThresholdCount"] + timeout
    require(slowest <= SECONDS_TO_DETECT_A_DEAD_TASK, f"a dead task is detected after {slowest} s")
    require(group["HealthyThresholdCount"] * interval <= 60, "a new task gets no requests for over a minute")


@check("APP-2", "ENV-8")
def requests_reach_tasks_encrypted(aws: Deployed) -> None:
    """The load balancer speaks to tasks, and checks their health, as the settings say: TLS by default."""
    group, service = target_group(aws), aws.settings.service
    same("protocol to tasks", group["Protocol"], service.target_protocol)
    same("protocol of health checks", group["HealthCheckProtocol"], service.target_protocol)
    same("path of health checks", group["HealthCheckPath"], service.health_check_path)
    same("targets are", group["TargetType"], "ip")


@check("APP-2")
def firewall_is_in_front(aws: Deployed) -> None:
    """The web ACL stands in front of the load balancer, where the settings want one."""
    if not aws.settings.service.waf:
        return
    arguments = {"ResourceArn": balancer(aws)["LoadBalancerArn"]}
    found = aws.ask("wafv2", "get_web_acl_for_resource", **arguments).get("WebACL")
    require(found, "no web ACL is in front of the load balancer")
    same("the web ACL", found["Name"], aws.names("web-acl"))
    limits = [rule for rule in found["Rules"] if "RateBasedStatement" in rule["Statement"]]
    limit = only("limits per address", limits)["Statement"]["RateBasedStatement"]["Limit"]
    same("requests per address", limit, aws.settings.service.waf_rate_limit)


@check("APP-2")
def domain_points_at_the_load_balancer(aws: Deployed) -> None:
    """The domain of the settings, where there is one, is an alias of the load balancer."""
    service = aws.settings.service
    if service.hosted_zone is None or service.domain is None:
        return
    zones = aws.ask("route53", "list_hosted_zones_by_name", DNSName=service.hosted_zone)["HostedZones"]
    zone = next((one["Id"] for one in zones if one["Name"].rstrip(".") == service.hosted_zone), None)
    require(zone, f"there is no hosted zone {service.hosted_zone}")
    records = aws.listed("route53", "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone)
    record = only(service.domain, [one for one in records if one["Name"].rstrip(".") == service.domain])
    target = record.get("AliasTarget", {}).get("DNSName", "").rstrip(".").removeprefix("dualstack.").lower()
    same(f"{service.domain} points at", target, balancer(aws)["DNSName"].lower())
