"""After a kill: what is in the account and in no state, and what is in a state and has been outlived."""

from typing import Any

import boto3
import pytest

from ops.account import Environment
from ops.configuration import Resource
from ops.recover.account import Account
from ops.recover.identities import IDENTITIES, MADE_AGAIN
from ops.recover.lookups import LOOKUPS
from ops.recover.outlived import outlived
from ops.state import State
from tests.unit.synthesized import synthesize


@pytest.fixture
def account(environment: Environment, aws: None) -> Account:
    """The whole configuration, against an account in which there is nothing yet."""
    assert aws is None
    layers = synthesize(environment.settings).layers
    return Account(
        layers=layers,
        account_id=environment.account_id,
        session=boto3.Session(region_name="us-east-1"),
        states=dict.fromkeys(layers, State(outputs={}, resources=[])),
    )


def recording(account: Account, resource: Resource, *needed: str, **attributes: Any) -> Account:  # noqa: ANN401 - JSON
    """The account once the state of a layer knows a resource, and what that needs."""
    instance = {"attributes": attributes, "dependencies": list(needed)}
    one = {"mode": "managed", "type": resource.type, "name": resource.name, "instances": [instance]}
    known = account.states[resource.layer].resources
    return account.with_state(resource.layer, State(outputs={}, resources=[*known, one]))


def named(resource: Resource, kind: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": resource["tags"]["Name"]}]}]


def make_vpc(account: Account, cidr: str) -> str:
    """A VPC under the environment's name."""
    vpc = account.one("aws_vpc", "vpc")
    made = account.session.client("ec2").create_vpc(CidrBlock=cidr, TagSpecifications=named(vpc, "vpc"))
    return str(made["Vpc"]["VpcId"])


def make_route_table(account: Account, table: Resource, vpc_id: str) -> str:
    ec2 = account.session.client("ec2")
    made = ec2.create_route_table(VpcId=vpc_id, TagSpecifications=named(table, "route-table"))
    return str(made["RouteTable"]["RouteTableId"])


def test_every_type_of_resource_can_be_adopted_or_made_again(account: Account) -> None:
    types = {resource.type for resource in account.resources()}
    assert types - IDENTITIES.keys() - MADE_AGAIN.keys() == set()
    assert not IDENTITIES.keys() & MADE_AGAIN.keys()
    assert LOOKUPS.keys() <= IDENTITIES.keys() | {"aws_rds_cluster"}


def test_what_aws_names_itself_has_no_identity_before_it_exists(account: Account) -> None:
    vpc, role = account.one("aws_vpc", "vpc"), account.one("aws_iam_role", "task-role", layer="compute")
    assert account.identity(vpc) is None
    assert account.identity(role) == role["name"]


def test_what_exists_is_found_by_its_name_and_what_belongs_to_it_through_it(account: Account) -> None:
    vpc = account.one("aws_vpc", "vpc")
    vpc_id = make_vpc(account, vpc["cidr_block"])
    assert account.identity(vpc) == vpc_id
    (route,) = account.resources("aws_route")
    (table,) = [one for one in account.resources("aws_route_table") if one.name in route["route_table_id"]]
    made = make_route_table(account, table, vpc_id)
    assert account.identity(route) == f"{made}_0.0.0.0/0"


def test_what_is_there_twice_is_left_to_a_person(account: Account) -> None:
    for _ in range(2):
        make_vpc(account, "10.1.0.0/16")
    assert account.identity(account.one("aws_vpc", "vpc")) is None


def test_a_key_that_waits_for_its_deletion_is_not_adopted(account: Account) -> None:
    kms = account.session.client("kms")
    key = account.one("aws_kms_key", "logs")
    made = kms.create_key(Description=key["description"])["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=made, PendingWindowInDays=7)
    assert account.identity(key) is None
    again = kms.create_key(Description=key["description"])["KeyMetadata"]["KeyId"]
    assert account.with_state("keys", account.states["keys"]).identity(key) == again


def test_what_a_state_knows_is_not_looked_for(account: Account) -> None:
    known = recording(account, account.one("aws_vpc", "vpc"), id="vpc-1")
    assert known.one("aws_vpc", "vpc") not in known.unrecorded("network")
    assert known.attribute(known.one("aws_vpc", "vpc"), "id") == "vpc-1"
    assert account.one("aws_vpc", "vpc") in account.unrecorded("network")


def test_a_layer_is_whole_once_its_state_lacks_only_what_is_made_again(account: Account) -> None:
    def known(*but: str) -> Account:
        found = [
            {"mode": "managed", "type": one.type, "name": one.name, "instances": [{"attributes": {}}]}
            for one in account.resources(layer="network")
            if one.type not in but
        ]
        return account.with_state("network", State(outputs={}, resources=found))

    assert known().is_whole("network")
    assert known("aws_default_security_group").is_whole("network")
    assert not known("aws_subnet").is_whole("network")
    assert not account.is_whole("network")


def test_what_was_replaced_is_outlived_and_known_by_what_it_has_become(account: Account) -> None:
    vpc = account.one("aws_vpc", "vpc")
    recorded = recording(account, vpc, id="vpc-gone", tags=vpc["tags"])
    assert outlived(recorded, "network") == {}, "nothing has taken its place"
    made = make_vpc(account, "10.1.0.0/16")
    gone = outlived(recorded, "network")
    assert gone == {"aws_vpc.vpc": "vpc-gone"}
    forgotten = recorded.with_state("network", recorded.states["network"].without(gone))
    assert vpc in forgotten.unrecorded("network")
    assert forgotten.identity(vpc) == made


def test_what_is_still_there_is_not_outlived_whatever_else_bears_its_name(account: Account) -> None:
    vpc = account.one("aws_vpc", "vpc")
    first = make_vpc(account, "10.1.0.0/16")
    recorded = recording(account, vpc, id=first, tags=vpc["tags"])
    assert outlived(recorded, "network") == {}
    make_vpc(account, "10.2.0.0/16")
    assert outlived(recorded, "network") == {}


def test_what_the_settings_call_otherwise_by_now_is_not_outlived(account: Account) -> None:
    """It is there under the name that it was given, while somebody else's bears the one that it is to get."""
    vpc = account.one("aws_vpc", "vpc")
    ec2 = account.session.client("ec2")
    old = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[old], Tags=[{"Key": "Name", "Value": "old name"}])
    make_vpc(account, "10.2.0.0/16")
    assert outlived(recording(account, vpc, id=old, tags={"Name": "old name"}), "network") == {}


def test_what_belongs_to_what_was_replaced_is_outlived_with_it(account: Account) -> None:
    (route,) = account.resources("aws_route")
    (table,) = [one for one in account.resources("aws_route_table") if one.name in route["route_table_id"]]
    recorded = recording(account, table, id="rtb-gone", tags=table["tags"])
    recorded = recording(
        recorded,
        route,
        table.address_in_layer,
        id="r-1",
        route_table_id="rtb-gone",
        destination_cidr_block=route["destination_cidr_block"],
    )
    make_route_table(account, table, make_vpc(account, "10.1.0.0/16"))
    assert outlived(recorded, "network") == {table.address_in_layer: "rtb-gone", route.address_in_layer: "r-1"}


def test_a_key_that_waits_for_its_deletion_is_outlived_by_its_successor(account: Account) -> None:
    kms, key = account.session.client("kms"), account.one("aws_kms_key", "logs")
    old, new = (kms.create_key(Description=key["description"])["KeyMetadata"]["KeyId"] for _ in range(2))
    recorded = recording(account, key, id=old, key_id=old, description=key["description"])
    assert outlived(recorded, "keys") == {}
    kms.schedule_key_deletion(KeyId=old, PendingWindowInDays=7)
    assert outlived(recorded, "keys") == {key.address_in_layer: old}
    (alias,) = [one for one in account.resources("aws_kms_alias") if key.address_in_layer in one["target_key_id"]]
    with_alias = recording(recorded, alias, key.address_in_layer, id=alias["name"], name=alias["name"])
    assert outlived(with_alias, "keys") == {key.address_in_layer: old}, "what is known by its own name is still known"
    assert outlived(recording(account, key, id=new, key_id=new, description=key["description"]), "keys") == {}


def test_a_revision_is_outlived_once_it_is_not_active(account: Account) -> None:
    ecs = account.session.client("ecs")
    (definition,) = (one for one in account.resources("aws_ecs_task_definition") if one.name == "task")
    family = account.known(definition)["family"]
    container = {"name": "service", "image": "image", "memory": 512}
    old, new = (
        ecs.register_task_definition(family=family, containerDefinitions=[container])["taskDefinition"][
            "taskDefinitionArn"
        ]
        for _ in range(2)
    )
    assert account.identity(definition) == new
    recorded = recording(account, definition, id=family, arn=old, family=family)
    assert outlived(recorded, definition.layer) == {}, "an earlier revision may be in use again"
    ecs.deregister_task_definition(taskDefinition=old)
    assert outlived(recorded, definition.layer) == {definition.address_in_layer: family}


def test_what_was_half_made_and_is_there_is_not_outlived(account: Account) -> None:
    """It has an id in the state, and nothing else that AWS has decided on."""
    (group,) = account.resources("aws_lb_target_group")
    name = account.known(group)["name"]
    made = account.session.client("elbv2").create_target_group(
        Name=name, Protocol="HTTPS", Port=8443, VpcId=make_vpc(account, "10.1.0.0/16"), TargetType="ip"
    )["TargetGroups"][0]["TargetGroupArn"]
    assert outlived(recording(account, group, id=made, arn=None, name=name), group.layer) == {}
    assert outlived(recording(account, group, id="arn:gone", arn=None, name=name), group.layer) != {}
