"""Network: a VPC over three zones without a NAT gateway, its subnets and endpoints, and who may talk to whom.

internet ──443, 80──▶ load balancer ──▶ service ──5432──▶ database
                      (public)          (application)     (isolated)
                                           └──443──▶ endpoints of AWS services
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.default_security_group import DefaultSecurityGroup
from cdktf_cdktf_provider_aws.flow_log import FlowLog
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway
from cdktf_cdktf_provider_aws.route import Route
from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from cdktf_cdktf_provider_aws.subnet import Subnet
from cdktf_cdktf_provider_aws.vpc import Vpc
from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from constructs import Construct

from stacks.alarms import Alarm, Metric, Missing, raise_alarms
from stacks.alerting import Alerting
from stacks.base import Layer
from stacks.endpoints import gateway_endpoints, interface_endpoints
from stacks.iam import EVERYTHING, allow, role, trust
from stacks.keys import Keys
from stacks.log_groups import log_group
from stacks.security_groups import HTTP, HTTPS, POSTGRESQL, Flows, SecurityGroups, security_groups
from stacks.settings import Settings
from stacks.subnets import subnets_of


def endpoint_alarms(endpoints: Mapping[str, VpcEndpoint], *, vpc_id: str) -> list[Alarm]:
    """https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-cloudwatch-metrics.html."""
    return [
        Alarm(
            name=f"endpoint-{name.replace('.', '-')}-drops",
            watches=Metric(
                namespace="AWS/PrivateLinkEndpoints",
                name="PacketsDropped",
                dimensions={
                    "VPC Id": vpc_id,
                    "VPC Endpoint Id": endpoint.id,
                    "Endpoint Type": "Interface",
                    "Service Name": endpoint.service_name,
                },
                statistic="Sum",
            ),
            above=100,
            periods=5,
            missing=Missing.OK,
            severity="ticket",
            means=f"The {name} endpoint drops packets: tasks may fail to start or to log.",
            runbook="endpoint-impaired",
        )
        for name, endpoint in endpoints.items()
    ]


@dataclass(frozen=True)
class NetworkOutputs:
    """The VPC, its subnets in the order of the zones, and the security groups."""

    vpc_id: str
    public_subnet_ids: list[str]
    application_subnet_ids: list[str]
    database_subnet_ids: list[str]
    load_balancer_security_group_id: str
    service_security_group_id: str
    database_security_group_id: str
    flow_log_group_name: str


class Network(Layer[NetworkOutputs]):
    """Everything between the internet and the database that has an address."""

    layer = "network"
    outputs = NetworkOutputs

    def __init__(self, scope: Construct, settings: Settings, *, keys: Keys, alerting: Alerting) -> None:
        super().__init__(scope, settings)
        vpc = self._vpc(flow_log_key_arn=self.read(keys).logs_key_arn)
        groups = security_groups(self, vpc_id=vpc.id)

        public = self._tier("public", vpc)
        application = self._tier("application", vpc)
        database = self._tier("database", vpc)
        self._open_to_internet(public, vpc)
        endpoints = self._endpoints(application, vpc, groups)
        raise_alarms(self, endpoint_alarms(endpoints, vpc_id=vpc.id), topic_arn=self.read(alerting).alert_topic_arn)

        self.publish(
            NetworkOutputs(
                vpc_id=vpc.id,
                public_subnet_ids=[subnet.id for subnet in public.subnets],
                application_subnet_ids=[subnet.id for subnet in application.subnets],
                database_subnet_ids=[subnet.id for subnet in database.subnets],
                load_balancer_security_group_id=groups.load_balancer.id,
                service_security_group_id=groups.service.id,
                database_security_group_id=groups.database.id,
                flow_log_group_name=self.names("log-group", "flow-logs"),
            )
        )

    def _vpc(self, *, flow_log_key_arn: str) -> Vpc:
        vpc = Vpc(
            self,
            "vpc",
            cidr_block=self.settings.network.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=self.named("vpc"),
        )
        # Adopted and emptied: what is started without a group of its own can talk to nobody.
        DefaultSecurityGroup(self, "default-closed", vpc_id=vpc.id, tags=self.named("security-group", "default"))
        self._flow_log(vpc, key_arn=flow_log_key_arn)
        return vpc

    def _flow_log(self, vpc: Vpc, *, key_arn: str) -> None:
        group = log_group(self, "flow-logs", key_arn=key_arn)
        # Without logs:CreateLogGroup on purpose: a late delivery would bring a destroyed group back.
        writer = role(
            self,
            "flow-log-role",
            name=self.names("role", "flow-logs"),
            description="Lets VPC flow logs write to their log group",
            trusts=trust("vpc-flow-logs.amazonaws.com", account_id=self.account_id),
            may=[
                allow("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents", on=[f"{group.arn}:*"]),
                allow("logs:DescribeLogGroups", on=EVERYTHING, sid="NoResourceLevelPermission"),
            ],
        )
        FlowLog(
            self,
            "flow-log",
            vpc_id=vpc.id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=writer.arn,
            max_aggregation_interval=60,
            tags=self.named("flow-log"),
        )

    def _tier(self, tier: str, vpc: Vpc) -> "Tier":
        """A subnet in every zone, on a route table of the tier's own that knows no way out."""
        table = RouteTable(self, f"{tier}-routes", vpc_id=vpc.id, tags=self.named("route-table", tier))
        subnets = []
        for plan in subnets_of(tier, self.settings.network):
            subnet = Subnet(
                self,
                f"{tier}-{plan.letter}",
                vpc_id=vpc.id,
                availability_zone=plan.zone,
                cidr_block=plan.cidr,
                map_public_ip_on_launch=False,
                tags=self.named("subnet", f"{tier}-{plan.letter}"),
            )
            association = f"{tier}-{plan.letter}-routes"
            RouteTableAssociation(self, association, subnet_id=subnet.id, route_table_id=table.id)
            subnets.append(subnet)
        return Tier(subnets=subnets, routes=table)

    def _open_to_internet(self, public: "Tier", vpc: Vpc) -> None:
        gateway = InternetGateway(self, "internet-gateway", vpc_id=vpc.id, tags=self.named("internet-gateway"))
        anywhere = "0.0.0.0/0"
        Route(
            self,
            "public-default",
            route_table_id=public.routes.id,
            destination_cidr_block=anywhere,
            gateway_id=gateway.id,
        )

    def _endpoints(self, application: "Tier", vpc: Vpc, groups: SecurityGroups) -> dict[str, VpcEndpoint]:
        """Make the endpoints and, now that the gateways' prefix lists are known, every flow."""
        gateways = gateway_endpoints(self, vpc_id=vpc.id, route_table_ids=[application.routes.id])
        interfaces = interface_endpoints(
            self,
            vpc_id=vpc.id,
            subnet_ids=[subnet.id for subnet in application.subnets],
            security_group_id=groups.endpoints.id,
        )
        flows, port = Flows(self), self.settings.service.container_port
        flows.from_internet(to=groups.load_balancer, port=HTTPS, why="Visitors")
        flows.from_internet(to=groups.load_balancer, port=HTTP, why="Visitors, to be redirected to HTTPS")
        flows.between(groups.load_balancer, groups.service, port=port, why="Requests and health checks")
        flows.between(groups.service, groups.database, port=POSTGRESQL, why="Queries")
        flows.between(groups.service, groups.endpoints, port=HTTPS, why="Image pulls and log lines")
        for name, gateway in gateways.items():
            flows.to_prefix_list(
                groups.service, prefix_list_id=gateway.prefix_list_id, name=name, why=f"{name} by its gateway endpoint"
            )
        return interfaces


@dataclass(frozen=True)
class Tier:
    """The subnets of a tier, in the order of the zones, and the route table that they share."""

    subnets: list[Subnet]
    routes: RouteTable
