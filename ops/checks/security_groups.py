"""Checks of the security groups: who may talk to whom, and nobody else."""

from typing import Any

from ops.checks.deployed import Deployed
from ops.checks.framework import check, require, same, same_set
from ops.checks.network import ANYWHERE, rules, security_group, vpc

GROUPS = ("load-balancer", "service", "database", "endpoints")


def _flows(aws: Deployed, role: str, *, incoming: bool) -> set[tuple[str, int]]:
    """Who a group talks to, or is talked to by, and on which port; groups by their role."""
    by_id = {security_group(aws, name): name for name in GROUPS}
    found = [rule for rule in rules(aws, security_group(aws, role)) if rule["IsEgress"] is not incoming]
    return {(_peer(rule, by_id), _port(rule)) for rule in found}


def _peer(rule: dict[str, Any], by_id: dict[str, str]) -> str:
    group = rule.get("ReferencedGroupInfo", {}).get("GroupId")
    if group:
        return by_id.get(group, str(group))
    return str(rule.get("PrefixListId") or rule.get("CidrIpv4") or rule.get("CidrIpv6"))


def _port(rule: dict[str, Any]) -> int:
    require(rule["IpProtocol"] == "tcp", f"{rule['SecurityGroupRuleId']} is for protocol {rule['IpProtocol']}")
    same(f"ports of {rule['SecurityGroupRuleId']}", rule["FromPort"], rule["ToPort"])
    return int(rule["FromPort"])


@check("APP-4")
def default_group_is_closed(aws: Deployed) -> None:
    """What is started in the VPC without a security group of its own can talk to nobody."""
    filters = [{"Name": "vpc-id", "Values": [vpc(aws)["VpcId"]]}, {"Name": "group-name", "Values": ["default"]}]
    for group in aws.listed("ec2", "describe_security_groups", "SecurityGroups", Filters=filters):
        same(f"rules of the default group {group['GroupId']}", len(rules(aws, group["GroupId"])), 0)


@check("APP-4", "APP-2")
def only_the_load_balancer_is_open_to_the_internet(aws: Deployed) -> None:
    """Only the load balancer is open to the internet, on 443 and, to redirect, on 80."""
    for role in GROUPS:
        from_anywhere = {port for peer, port in _flows(aws, role, incoming=True) if peer in ANYWHERE}
        expected = {80, 443} if role == "load-balancer" else set()
        same_set(f"the set of ports of {role} that are open to the internet", from_anywhere, expected)


@check("APP-4")
def service_hears_the_load_balancer_alone(aws: Deployed) -> None:
    """Tasks are reached by the load balancer alone, on the port that they listen on."""
    port = aws.settings.service.container_port
    same("who reaches tasks", _flows(aws, "service", incoming=True), {("load-balancer", port)})
    same("what the load balancer reaches", _flows(aws, "load-balancer", incoming=False), {("service", port)})


@check("DB-3", "APP-4")
def database_hears_the_service_alone(aws: Deployed) -> None:
    """The database is reached by tasks alone, on 5432, and calls nobody."""
    same("who reaches the database", _flows(aws, "database", incoming=True), {("service", 5432)})
    same("what the database reaches", _flows(aws, "database", incoming=False), set())


@check("APP-4")
def service_calls_only_what_it_needs(aws: Deployed) -> None:
    """Tasks call the database, the interface endpoints, and S3 and DynamoDB by their lists of addresses."""
    found = _flows(aws, "service", incoming=False)
    lists = {(peer, port) for peer, port in found if peer.startswith("pl-")}
    same("what tasks call by group", found - lists, {("database", 5432), ("endpoints", 443)})
    same("how many address lists tasks call", len(lists), 2)
    same("ports that tasks call on them", {port for _, port in lists}, {443})


@check("APP-4")
def every_rule_says_why(aws: Deployed) -> None:
    """Every rule names a group, an address list or the internet, and says what for."""
    for role in GROUPS:
        for rule in rules(aws, security_group(aws, role)):
            require(rule.get("Description"), f"{rule['SecurityGroupRuleId']} of {role} does not say what for")
            cidr = rule.get("CidrIpv4") or rule.get("CidrIpv6")
            require(not cidr or cidr in ANYWHERE, f"{rule['SecurityGroupRuleId']} of {role} names addresses, {cidr}")
