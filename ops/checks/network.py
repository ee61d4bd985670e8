"""Checks of the network: what there is in which zone, and that there is no way where there should be none."""

from typing import Any

from ops.checks.deployed import Deployed, tags_of
from ops.checks.framework import check, only, require, same, same_set
from ops.checks.policies import statements

TIERS = ("public", "application", "database")
# The services that tasks call and that have no gateway endpoint.
INTERFACES = ("ecr.api", "ecr.dkr", "logs")
GATEWAYS = ("s3", "dynamodb")
ANYWHERE = {"0.0.0.0/0", "::/0"}


def vpc(aws: Deployed) -> dict[str, Any]:
    """The environment's VPC."""
    name = aws.names("vpc")
    found: dict[str, Any] = only(name, _named(aws, "describe_vpcs", "Vpcs", name))
    return found


def subnets(aws: Deployed, tier: str) -> list[dict[str, Any]]:
    """The subnets of a tier."""
    found = _in_vpc(aws, "describe_subnets", "Subnets")
    return [subnet for subnet in found if tags_of(subnet).get("Name", "").startswith(f"subnet-{tier}-")]


def security_group(aws: Deployed, role: str) -> str:
    """The id of a security group of the environment."""
    name = aws.names("security-group", role)
    groups = [
        group for group in _in_vpc(aws, "describe_security_groups", "SecurityGroups") if group["GroupName"] == name
    ]
    return str(only(name, groups)["GroupId"])


def rules(aws: Deployed, group: str) -> list[dict[str, Any]]:
    """The rules of a security group."""
    filters = [{"Name": "group-id", "Values": [group]}]
    return aws.listed("ec2", "describe_security_group_rules", "SecurityGroupRules", Filters=filters)


def way_out(routes: list[dict[str, Any]]) -> list[str]:
    """Where routes lead to other than the VPC itself and AWS services by gateway endpoint."""
    targets = []
    for route in routes:
        local = route.get("GatewayId", "") == "local" or route.get("GatewayId", "").startswith("vpce-")
        if not local and "DestinationPrefixListId" not in route:
            targets.append(f"{route.get('DestinationCidrBlock', route.get('DestinationIpv6CidrBlock'))}")
    return targets


def routes_of(aws: Deployed, subnet: dict[str, Any]) -> list[dict[str, Any]]:
    """The routes of a subnet, which has a route table of its own choice."""
    for table in _in_vpc(aws, "describe_route_tables", "RouteTables"):
        if subnet["SubnetId"] in {association.get("SubnetId") for association in table["Associations"]}:
            found: list[dict[str, Any]] = table["Routes"]
            return found
    raise AssertionError(f"{subnet['SubnetId']} uses the VPC's main route table")


@check("APP-1", "ENV-1", "ENV-2")
def vpc_is_there(aws: Deployed) -> None:
    """There is one VPC, of the range that the settings give it, with DNS for the endpoints."""
    found = vpc(aws)
    same(f"range of {aws.names('vpc')}", found["CidrBlock"], aws.settings.network.cidr)
    for attribute in ("enableDnsSupport", "enableDnsHostnames"):
        answer = aws.ask("ec2", "describe_vpc_attribute", VpcId=found["VpcId"], Attribute=attribute)
        require(answer[attribute[0].upper() + attribute[1:]]["Value"], f"{attribute} is off")


@check("APP-1")
def every_tier_is_in_every_zone(aws: Deployed) -> None:
    """Every tier has a subnet in each of the three zones, and no subnet hands out public addresses."""
    for tier in TIERS:
        found = subnets(aws, tier)
        same_set(f"the {tier} tier", [subnet["AvailabilityZone"] for subnet in found], aws.settings.network.zones)
        same(f"subnets of the {tier} tier", len(found), len(aws.settings.network.zones))
        for subnet in found:
            require(not subnet["MapPublicIpOnLaunch"], f"{subnet['SubnetId']} hands out public addresses")


@check("APP-1", "COST-1")
def there_is_no_nat_gateway(aws: Deployed) -> None:
    """No NAT gateway stands in the VPC, and no route leads to one."""
    filters = [{"Name": "vpc-id", "Values": [vpc(aws)["VpcId"]]}]
    gateways = aws.listed("ec2", "describe_nat_gateways", "NatGateways", Filters=filters)
    alive = [gateway["NatGatewayId"] for gateway in gateways if gateway["State"] not in {"deleted", "deleting"}]
    require(not alive, f"there is {', '.join(alive)}")
    for table in _in_vpc(aws, "describe_route_tables", "RouteTables"):
        leads = [route for route in table["Routes"] if "NatGatewayId" in route or "InstanceId" in route]
        require(not leads, f"{table['RouteTableId']} leads to a NAT")


@check("APP-1")
def public_subnets_reach_the_internet(aws: Deployed) -> None:
    """Public subnets, where the load balancer is, have a route to an internet gateway."""
    for subnet in subnets(aws, "public"):
        gateways = [route.get("GatewayId", "") for route in routes_of(aws, subnet) if _is_default(route)]
        require(any(name.startswith("igw-") for name in gateways), f"{subnet['SubnetId']} has no way to the internet")


@check("APP-1")
def application_subnets_have_no_way_out(aws: Deployed) -> None:
    """Application subnets have no route to the internet, only to the endpoints of AWS services."""
    for subnet in subnets(aws, "application"):
        leads = way_out(routes_of(aws, subnet))
        require(not leads, f"{subnet['SubnetId']} has routes to {', '.join(leads)}")


@check("DB-3")
def database_subnets_are_isolated(aws: Deployed) -> None:
    """Database subnets know no route but the VPC's own: none to the internet, a NAT, a peer or an endpoint."""
    for subnet in subnets(aws, "database"):
        routes = routes_of(aws, subnet)
        leads = [route for route in routes if route.get("GatewayId") != "local"]
        require(not leads, f"{subnet['SubnetId']} has {len(leads)} routes out of the VPC")


@check("APP-1", "DB-3")
def main_route_table_leads_nowhere(aws: Deployed) -> None:
    """A subnet that somebody forgets to give a route table is isolated as well."""
    for table in _in_vpc(aws, "describe_route_tables", "RouteTables"):
        if any(association["Main"] for association in table["Associations"]):
            leads = way_out(table["Routes"])
            require(not leads, f"the main route table has routes to {', '.join(leads)}")


@check("APP-1", "COST-1")
def endpoints_are_just_those_that_tasks_use(aws: Deployed) -> None:
    """Gateway endpoints for S3 and DynamoDB, and interface endpoints for just what tasks call."""
    for kind, services in {"Gateway": GATEWAYS, "Interface": INTERFACES}.items():
        found = [endpoint["ServiceName"].split(".", 3)[3] for endpoint in _endpoints(aws, kind)]
        same_set(f"the set of {kind.lower()} endpoints", found, services)


@check("APP-1")
def interface_endpoints_survive_a_zone(aws: Deployed) -> None:
    """Interface endpoints have an address in every application subnet, and answer to the service's own name."""
    expected = [subnet["SubnetId"] for subnet in subnets(aws, "application")]
    for endpoint in _endpoints(aws, "Interface"):
        same_set(f"{endpoint['ServiceName']}: its subnets", endpoint["SubnetIds"], expected)
        require(endpoint["PrivateDnsEnabled"], f"{endpoint['ServiceName']} has no private DNS")


@check("APP-1")
def gateway_endpoints_serve_the_application(aws: Deployed) -> None:
    """Gateway endpoints are on the route table of the application subnets."""
    ids = {subnet["SubnetId"] for subnet in subnets(aws, "application")}
    tables = [
        table["RouteTableId"]
        for table in _in_vpc(aws, "describe_route_tables", "RouteTables")
        if ids & {association.get("SubnetId") for association in table["Associations"]}
    ]
    for endpoint in _endpoints(aws, "Gateway"):
        same_set(f"{endpoint['ServiceName']}: its route tables", endpoint["RouteTableIds"], tables)


@check("APP-1", "ENV-7")
def endpoints_have_policies(aws: Deployed) -> None:
    """Every endpoint lets through only named actions, and for S3 the bucket that image layers come from."""
    for endpoint in [*_endpoints(aws, "Gateway"), *_endpoints(aws, "Interface")]:
        found = statements(endpoint["PolicyDocument"])
        wild = [action for one in found if one.allows for action in one.actions if action.endswith("*")]
        require(not wild, f"{endpoint['ServiceName']} lets {', '.join(wild)} through")
        if endpoint["ServiceName"].endswith(".s3"):
            layers = f"arn:aws:s3:::prod-{aws.region}-starport-layer-bucket/*"
            pulls = any("s3:GetObject" in one.actions and layers in one.resources for one in found)
            require(pulls, "the endpoint of S3 keeps image layers from being pulled")


@check("APP-1", "OBS-4")
def flow_logs_are_on(aws: Deployed) -> None:
    """All traffic of the VPC, accepted and rejected, is logged."""
    filters = [{"Name": "resource-id", "Values": [vpc(aws)["VpcId"]]}]
    flow_log = only("flow logs", aws.listed("ec2", "describe_flow_logs", "FlowLogs", Filters=filters))
    same("flow log status", flow_log["FlowLogStatus"], "ACTIVE")
    same("traffic that is logged", flow_log["TrafficType"], "ALL")
    destination = flow_log.get("LogGroupName") or flow_log["LogDestination"].removesuffix(":*").rsplit(":", 1)[1]
    same("log group", destination, aws.names("log-group", "flow-logs"))


def _named(aws: Deployed, operation: str, items: str, name: str) -> list[Any]:
    return aws.listed("ec2", operation, items, Filters=[{"Name": "tag:Name", "Values": [name]}])


def _in_vpc(aws: Deployed, operation: str, items: str) -> list[Any]:
    return aws.listed("ec2", operation, items, Filters=[{"Name": "vpc-id", "Values": [vpc(aws)["VpcId"]]}])


def _endpoints(aws: Deployed, kind: str) -> list[Any]:
    found = _in_vpc(aws, "describe_vpc_endpoints", "VpcEndpoints")
    return [one for one in found if one["VpcEndpointType"] == kind and one["State"].lower() == "available"]


def _is_default(route: dict[str, Any]) -> bool:
    return route.get("DestinationCidrBlock") in ANYWHERE
