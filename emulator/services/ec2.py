"""EC2: security group rules that refer to a group or a prefix list, and what a VPC takes with it.

moto keeps the description of a rule for a CIDR block only, answers only the rules of the last permission that
was authorized, and modifies nothing but a CIDR rule with ports. A VPC leaves its default network ACL behind.
"""

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import (
    InvalidParameterValue,
    InvalidSecurityGroupNotFoundError,
    InvalidSecurityGroupRuleIdNotFoundError,
)
from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupBackend, SecurityGroupRule
from moto.ec2.models.vpcs import VPC, VPCBackend
from moto.ec2.responses.security_groups import SecurityGroups

from emulator.extension import extends

_Parameters = dict[str, Any]
_Authorize = Callable[..., tuple[list[SecurityGroupRule], SecurityGroup]]

_same_rule = SecurityGroupRule.__eq__
_delete_vpc = VPCBackend.delete_vpc

_ALL_PROTOCOLS = "-1"
_ALL_PORTS = -1


@extends(SecurityGroupRule)
class DescribedRule(SecurityGroupRule):
    """A rule whose description belongs to it, whatever it refers to.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html
    """

    @property
    def description(self) -> str | None:
        """The description it was authorized or modified with."""
        described: str | None = self.__dict__.get(
            "rule_description", self.ip_range.get("Description") or self.source_group.get("Description")
        )
        return described

    def describe(self, description: str | None) -> None:
        """Take a description, also where DescribeSecurityGroups shows it."""
        self.__dict__["rule_description"] = description
        for shown in (self.ip_range, self.source_group):
            if shown and description:
                shown["Description"] = description
            else:
                shown.pop("Description", None)

    def __eq__(self, other: SecurityGroupRule) -> bool:  # type: ignore[override]
        """Compare what the rules allow: AWS finds a rule to revoke whatever its description says."""
        mine, theirs = self.source_group, other.source_group
        self.source_group, other.source_group = _undescribed(mine), _undescribed(theirs)
        try:
            return _same_rule(self, other)
        finally:
            self.source_group, other.source_group = mine, theirs

    __hash__ = None  # type: ignore[assignment]


def _undescribed(source: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in source.items() if key != "Description"}


@extends(SecurityGroupBackend)
class ModifiableRules(SecurityGroupBackend):
    """Security groups whose rules of every kind can be modified."""

    def modify_security_group_rules(self, group_id: str, rules: dict[str, _Parameters]) -> None:
        """Replace what the rules allow; a rule stays of its kind.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySecurityGroupRules.html
        """
        group = self.get_security_group_by_name_or_id(group_id)
        if group is None:
            raise InvalidSecurityGroupNotFoundError(group_id)
        for rule_id, new in rules.items():
            rule = group.get_rule(rule_id)
            if rule is None:
                raise InvalidSecurityGroupRuleIdNotFoundError(rule_id)
            _replace(rule, new)


def _kind(rule: SecurityGroupRule) -> str:
    if rule.prefix_list_id:
        return "PrefixListId"
    if rule.source_group:
        return "ReferencedGroupId"
    return "CidrIpv6" if rule.cidr_ipv6 else "CidrIpv4"


def _replace(rule: SecurityGroupRule, new: _Parameters) -> None:
    kind = _kind(rule)
    protocol = new.get("IpProtocol")
    if protocol is None:
        raise InvalidParameterValue(
            "Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly."
        )
    if protocol != _ALL_PROTOCOLS and (new.get("FromPort") is None or new.get("ToPort") is None):
        raise InvalidParameterValue("Invalid value for portRange. Must specify both from and to ports with TCP/UDP.")
    if new.get(kind) is None:
        raise InvalidParameterValue(
            f"Invalid rule type for security group rule '{rule.id}'. You must specify {kind} for it."
        )
    rule.ip_protocol = protocol
    rule.from_port = rule.to_port = None
    if protocol != _ALL_PROTOCOLS:
        rule.from_port, rule.to_port = int(new["FromPort"]), int(new["ToPort"])
    if kind == "PrefixListId":
        rule.prefix_list_id = new[kind]
    elif kind == "ReferencedGroupId":
        rule.source_group["GroupId"] = new[kind]
    else:
        rule.ip_range[{"CidrIpv4": "CidrIp", "CidrIpv6": "CidrIpv6"}[kind]] = new[kind]
    rule.describe(new.get("Description"))  # type: ignore[attr-defined]


@extends(SecurityGroups)
class AuthorizedRules(SecurityGroups):
    """The calls that add rules to a security group."""

    def authorize_security_group_egress(self) -> ActionResult:
        """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupEgress.html."""
        return self._authorize_rules(self.ec2_backend.authorize_security_group_egress)

    def authorize_security_group_ingress(self) -> ActionResult:
        """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html."""
        return self._authorize_rules(self.ec2_backend.authorize_security_group_ingress)

    def _authorize_rules(self, authorize: _Authorize) -> ActionResult:
        self.error_on_dryrun()
        added: list[SecurityGroupRule] = []
        for permission in self._process_rules_from_querystring():
            rules, _ = authorize(**permission)
            described = {p["PrefixListId"]: p.get("Description") for p in permission["prefix_list_ids"]}
            for rule in rules:
                if rule.prefix_list_id:
                    rule.describe(described[rule.prefix_list_id])  # type: ignore[attr-defined]
            added += rules
        return ActionResult({"Return": True, "SecurityGroupRules": added})


@extends(VPCBackend)
class WholeVpcs(VPCBackend):
    """VPCs that go with everything they came with."""

    def delete_vpc(self, vpc_id: str) -> VPC:
        """Delete the default network ACL too.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpc.html
        """
        deleted = _delete_vpc(self, vpc_id)
        acls: dict[str, Any] = self.__dict__["network_acls"]
        for acl in [acl for acl in acls.values() if acl.vpc_id == vpc_id and acl.default]:
            del acls[acl.id]
        return deleted
