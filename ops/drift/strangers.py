"""What Terraform does not see: things that were added beside ours, each of which a layer would have declared.

An additional rule in a security group, policy of a role, route, listener or subscription is a resource of its own, so
that a plan says nothing of it; yet those are what an intruder, or somebody in a hurry, adds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import boto3

from ops.drift.found import Stranger
from ops.state import State, address_of

_RULES = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")


@dataclass(frozen=True)
class _Ours:
    """A resource that something may have been added to."""

    layer: str
    address: str
    attributes: Mapping[str, Any]

    def stranger(self, kind: str, found: str) -> Stranger:
        return Stranger(layer=self.layer, address=self.address, kind=kind, id=found)


def find_strangers(session: boto3.Session, states: Mapping[str, State]) -> tuple[Stranger, ...]:
    """Everything that was added to the resources in the states, and is in none of them."""
    kinds = (_rules, _policies, _routes, _listeners, _subscriptions)
    return tuple(chain.from_iterable(kind(session, states) for kind in kinds))


def _rules(session: boto3.Session, states: Mapping[str, State]) -> Iterator[Stranger]:
    known = {rule.attributes["security_group_rule_id"] for rule in _all(states, *_RULES)}
    groups = {ours.attributes["id"]: ours for ours in _all(states, "aws_security_group", "aws_default_security_group")}
    if not groups:
        return
    pages = session.client("ec2").get_paginator("describe_security_group_rules")
    for page in pages.paginate(Filters=[{"Name": "group-id", "Values": sorted(groups)}]):
        for rule in page["SecurityGroupRules"]:
            if rule["SecurityGroupRuleId"] not in known:
                yield groups[rule["GroupId"]].stranger(
                    "egress rule" if rule["IsEgress"] else "ingress rule", rule["SecurityGroupRuleId"]
                )


def _policies(session: boto3.Session, states: Mapping[str, State]) -> Iterator[Stranger]:
    iam = session.client("iam")
    inline = {(one.attributes["role"], one.attributes["name"]) for one in _all(states, "aws_iam_role_policy")}
    attached = {
        (one.attributes["role"], one.attributes["policy_arn"]) for one in _all(states, "aws_iam_role_policy_attachment")
    }
    for role in _all(states, "aws_iam_role"):
        name = role.attributes["name"]
        for page in iam.get_paginator("list_role_policies").paginate(RoleName=name):
            for policy in page["PolicyNames"]:
                if (name, policy) not in inline:
                    yield role.stranger("inline policy", policy)
        for page in iam.get_paginator("list_attached_role_policies").paginate(RoleName=name):
            for one in page["AttachedPolicies"]:
                if (name, one["PolicyArn"]) not in attached:
                    yield role.stranger("attached policy", one["PolicyArn"])


def _routes(session: boto3.Session, states: Mapping[str, State]) -> Iterator[Stranger]:
    known = {
        (one.attributes["route_table_id"], one.attributes["destination_cidr_block"])
        for one in _all(states, "aws_route")
    }
    tables = {ours.attributes["id"]: ours for ours in _all(states, "aws_route_table")}
    if not tables:
        return
    pages = session.client("ec2").get_paginator("describe_route_tables").paginate(RouteTableIds=sorted(tables))
    for table in chain.from_iterable(page["RouteTables"] for page in pages):
        for route in table["Routes"]:
            destination = route.get("DestinationCidrBlock") or route.get("DestinationIpv6CidrBlock")
            through = route.get("GatewayId", "")
            # The network itself, and gateway endpoints, which come with their own route.
            if destination is None or through == "local" or through.startswith("vpce-"):
                continue
            if (table["RouteTableId"], destination) not in known:
                yield tables[table["RouteTableId"]].stranger("route", destination)


def _listeners(session: boto3.Session, states: Mapping[str, State]) -> Iterator[Stranger]:
    known = {listener.attributes["arn"] for listener in _all(states, "aws_lb_listener")}
    for balancer in _all(states, "aws_lb"):
        pages = session.client("elbv2").get_paginator("describe_listeners")
        for page in pages.paginate(LoadBalancerArn=balancer.attributes["arn"]):
            for listener in page["Listeners"]:
                if listener["ListenerArn"] not in known:
                    yield balancer.stranger("listener", listener["ListenerArn"])


def _subscriptions(session: boto3.Session, states: Mapping[str, State]) -> Iterator[Stranger]:
    # By endpoint: a subscription that nobody has confirmed yet has no ARN.
    known = {
        (one.attributes["topic_arn"], one.attributes["endpoint"]) for one in _all(states, "aws_sns_topic_subscription")
    }
    for topic in _all(states, "aws_sns_topic"):
        pages = session.client("sns").get_paginator("list_subscriptions_by_topic")
        for page in pages.paginate(TopicArn=topic.attributes["arn"]):
            for one in page["Subscriptions"]:
                if (one["TopicArn"], one["Endpoint"]) not in known:
                    yield topic.stranger("subscription", one["Endpoint"])


def _all(states: Mapping[str, State], *types: str) -> list[_Ours]:
    return [
        _Ours(layer=layer, address=address_of(resource), attributes=instance["attributes"])
        for layer, state in states.items()
        for resource in state.resources
        if resource["mode"] == "managed" and resource["type"] in types
        for instance in resource["instances"]
    ]
