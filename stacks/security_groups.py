"""Who may talk to whom. Every rule is a resource of its own and names the group, or list of addresses, it speaks of."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule

from stacks.base import AnyLayer

HTTPS, HTTP, POSTGRESQL = 443, 80, 5432


@dataclass(frozen=True)
class SecurityGroups:
    """One group per kind of thing that listens or calls."""

    load_balancer: SecurityGroup
    service: SecurityGroup
    database: SecurityGroup
    endpoints: SecurityGroup


@dataclass(frozen=True)
class Flows:
    """Makes rules. A flow between two groups opens both ends: egress of the caller, ingress of the called."""

    layer: AnyLayer

    def from_internet(self, *, to: SecurityGroup, port: int, why: str) -> None:
        """Let anyone reach a group on a port."""
        VpcSecurityGroupIngressRule(
            self.layer,
            f"internet-to-{to.node.id}-{port}",
            security_group_id=to.id,
            cidr_ipv4="0.0.0.0/0",
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=why,
            tags=self.layer.named("security-group-rule", f"internet-to-{to.node.id}-{port}"),
        )

    def between(self, caller: SecurityGroup, called: SecurityGroup, *, port: int, why: str) -> None:
        """Let one group call another on a port."""
        name = f"{caller.node.id}-to-{called.node.id}"
        VpcSecurityGroupEgressRule(
            self.layer,
            f"{name}-out",
            security_group_id=caller.id,
            referenced_security_group_id=called.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=why,
            tags=self.layer.named("security-group-rule", f"{name}-out"),
        )
        VpcSecurityGroupIngressRule(
            self.layer,
            f"{name}-in",
            security_group_id=called.id,
            referenced_security_group_id=caller.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=why,
            tags=self.layer.named("security-group-rule", f"{name}-in"),
        )

    def to_prefix_list(self, caller: SecurityGroup, *, prefix_list_id: str, name: str, why: str) -> None:
        """Let a group call an AWS service through its gateway endpoint."""
        VpcSecurityGroupEgressRule(
            self.layer,
            f"{caller.node.id}-to-{name}",
            security_group_id=caller.id,
            prefix_list_id=prefix_list_id,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            description=why,
            tags=self.layer.named("security-group-rule", f"{caller.node.id}-to-{name}"),
        )


def security_groups(layer: AnyLayer, *, vpc_id: str) -> SecurityGroups:
    """The four groups, still closed."""

    def group(role: str, description: str) -> SecurityGroup:
        return SecurityGroup(
            layer,
            role,
            name=layer.names("security-group", role),
            description=description,
            vpc_id=vpc_id,
            revoke_rules_on_delete=True,
            tags=layer.named("security-group", role),
        )

    return SecurityGroups(
        load_balancer=group("load-balancer", "The load balancer, the only thing open to the internet"),
        service=group("service", "The tasks of the service"),
        database=group("database", "The database instances"),
        endpoints=group("endpoints", "The interface endpoints of AWS services"),
    )
