from collections import Counter
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

import emulator.services.ecs  # noqa: F401

# boto3 makes the calls of a client at run time: there is nothing to check them against.
Client = Any

REGION = "us-east-1"

# Reads the model of a service once, where a session for every test would read it again.
AWS = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)


class Environment:
    """A cluster, two subnets in two zones and a target group."""

    def __init__(self) -> None:
        self.ecs: Client = AWS.client("ecs")
        self.elb: Client = AWS.client("elbv2")
        self.ec2: Client = AWS.client("ec2")
        vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [
            self.ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"][
                "SubnetId"
            ]
            for n, zone in enumerate("ab")
        ]
        self.group = self.elb.create_target_group(Name="api", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")[
            "TargetGroups"
        ][0]["TargetGroupArn"]
        self.ecs.create_cluster(clusterName="main")
        self.register()

    def register(self, **settings: object) -> dict[str, Any]:
        """Register a revision."""
        settings = {"cpu": "256", "memory": "512", **settings}
        answer: dict[str, Any] = self.ecs.register_task_definition(
            family="api",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            containerDefinitions=[{"name": "api", "image": "api:1"}],
            **settings,
        )["taskDefinition"]
        return answer

    def create(self, **settings: object) -> dict[str, Any]:
        """Create the service and read it back."""
        network = {"awsvpcConfiguration": {"subnets": self.subnets, "securityGroups": []}}
        defaults = {"launchType": "FARGATE", "desiredCount": 2, "networkConfiguration": network}
        service = {"cluster": "main", "serviceName": "api", "taskDefinition": "api:1"}
        self.ecs.create_service(**service, **{**defaults, **settings})
        return self.service()

    def service(self, name: str = "api") -> dict[str, Any]:
        """Read the service."""
        [found] = self.ecs.describe_services(cluster="main", services=[name])["services"]
        answer: dict[str, Any] = found
        return answer

    def tasks(self) -> list[dict[str, Any]]:
        """Return the tasks that the service runs."""
        arns = self.ecs.list_tasks(cluster="main", serviceName="api")["taskArns"]
        return self.ecs.describe_tasks(cluster="main", tasks=arns)["tasks"] if arns else []

    def targets(self) -> dict[str, str]:
        """Return the health of the targets by their addresses."""
        found = self.elb.describe_target_health(TargetGroupArn=self.group)["TargetHealthDescriptions"]
        return {target["Target"]["Id"]: target["TargetHealth"]["State"] for target in found}


@pytest.fixture
def env() -> Iterator[Environment]:
    with mock_aws():
        yield Environment()


def error(call: Client, **arguments: object) -> str:
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    code: str = raised.value.response["Error"]["Code"]
    return code


DEPLOYMENT = {
    "maximumPercent": 150,
    "minimumHealthyPercent": 50,
    "deploymentCircuitBreaker": {"enable": True, "rollback": True},
    "alarms": {"alarmNames": ["a"], "enable": True, "rollback": True},
}
SETTINGS = {
    "healthCheckGracePeriodSeconds": 60,
    "enableExecuteCommand": True,
    "enableECSManagedTags": True,
    "propagateTags": "SERVICE",
    "availabilityZoneRebalancing": "DISABLED",
}


def test_a_service_returns_the_settings_it_was_created_with(env: Environment) -> None:
    created = env.create(**SETTINGS, deploymentConfiguration=DEPLOYMENT)
    assert {name: created[name] for name in SETTINGS} == SETTINGS
    assert created["deploymentConfiguration"] == DEPLOYMENT


def test_a_service_has_the_defaults_of_what_it_does_not_say(env: Environment) -> None:
    created = env.create()
    assert created["healthCheckGracePeriodSeconds"] == 0
    assert created["deploymentConfiguration"]["maximumPercent"] == 200
    assert created["deploymentConfiguration"]["deploymentCircuitBreaker"] == {"enable": False, "rollback": False}
    assert (created["platformVersion"], created["platformFamily"]) == ("LATEST", "Linux")


def test_an_update_changes_settings_and_keeps_the_others(env: Environment) -> None:
    env.create(**SETTINGS, deploymentConfiguration=DEPLOYMENT)
    env.ecs.update_service(
        cluster="main",
        service="api",
        healthCheckGracePeriodSeconds=5,
        deploymentConfiguration={"maximumPercent": 200},
    )
    updated = env.service()
    assert updated["healthCheckGracePeriodSeconds"] == 5
    assert updated["enableExecuteCommand"] is True
    assert updated["deploymentConfiguration"] == {**DEPLOYMENT, "maximumPercent": 200}


@pytest.mark.parametrize("count", [1, 3])
def test_a_service_is_stable_at_once(env: Environment, count: int) -> None:
    created = env.create(desiredCount=count)
    assert (created["runningCount"], created["pendingCount"]) == (count, 0)
    [deployment] = created["deployments"]
    assert (deployment["rolloutState"], deployment["runningCount"]) == ("COMPLETED", count)
    [cluster] = env.ecs.describe_clusters(clusters=["main"])["clusters"]
    assert (cluster["runningTasksCount"], cluster["activeServicesCount"]) == (count, 1)


def test_the_capacity_providers_of_a_cluster_stand_in_for_a_launch_type(env: Environment) -> None:
    strategy = [{"capacityProvider": "FARGATE", "weight": 1, "base": 0}]
    env.ecs.put_cluster_capacity_providers(
        cluster="main", capacityProviders=["FARGATE"], defaultCapacityProviderStrategy=strategy
    )
    network = {"awsvpcConfiguration": {"subnets": env.subnets}}
    env.ecs.create_service(
        cluster="main",
        serviceName="api",
        taskDefinition="api",
        desiredCount=1,
        networkConfiguration={"awsvpcConfiguration": {**network["awsvpcConfiguration"], "securityGroups": []}},
    )
    created = env.service()
    assert "launchType" not in created
    assert created["capacityProviderStrategy"] == strategy


def test_tasks_run_in_every_subnet_and_serve_the_target_group(env: Environment) -> None:
    target = {"targetGroupArn": env.group, "containerName": "api", "containerPort": 80}
    env.create(desiredCount=4, loadBalancers=[target])
    for _ in range(3):
        tasks = env.tasks()
        assert {task["lastStatus"] for task in tasks} == {"RUNNING"}
    assert Counter(task["availabilityZone"] for task in tasks) == {"us-east-1a": 2, "us-east-1b": 2}
    addresses = {task["containers"][0]["networkInterfaces"][0]["privateIpv4Address"] for task in tasks}
    assert env.targets() == dict.fromkeys(addresses, "healthy")
    assert all(address.startswith(("10.0.0.", "10.0.1.")) for address in addresses)


def test_a_new_revision_replaces_the_tasks(env: Environment) -> None:
    target = {"targetGroupArn": env.group, "containerName": "api", "containerPort": 80}
    before = env.create(loadBalancers=[target])
    old = {task["taskArn"] for task in env.tasks()}
    env.register(cpu="512", memory="1024")
    env.ecs.update_service(cluster="main", service="api", taskDefinition="api:2", desiredCount=3)
    after = env.service()
    assert after["taskDefinition"].endswith(":task-definition/api:2")
    assert after["deployments"][0]["id"] != before["deployments"][0]["id"]
    assert {task["taskDefinitionArn"] for task in env.tasks()} == {after["taskDefinition"]}
    assert old.isdisjoint(task["taskArn"] for task in env.tasks())
    assert len(env.tasks()) == len(env.targets()) == 3


def test_scaling_keeps_the_tasks_that_run(env: Environment) -> None:
    env.create()
    before = {task["taskArn"] for task in env.tasks()}
    env.ecs.update_service(cluster="main", service="api", desiredCount=3)
    assert before < {task["taskArn"] for task in env.tasks()}
    env.ecs.update_service(cluster="main", service="api", desiredCount=0)
    assert env.tasks() == []


def test_a_stopped_task_is_replaced_by_its_service(env: Environment) -> None:
    env.create()
    stopped = env.tasks()[0]["taskArn"]
    env.ecs.stop_task(cluster="main", task=stopped, reason="test")
    assert len(env.tasks()) == 2
    assert stopped not in {task["taskArn"] for task in env.tasks()}
    assert env.ecs.list_tasks(cluster="main", desiredStatus="STOPPED")["taskArns"] == [stopped]
    assert error(env.ecs.stop_task, cluster="main", task="none") == "InvalidParameterException"


def test_a_deleted_service_is_inactive_and_leaves_nothing_behind(env: Environment) -> None:
    target = {"targetGroupArn": env.group, "containerName": "api", "containerPort": 80}
    env.create(loadBalancers=[target])
    assert error(env.ecs.delete_cluster, cluster="main") == "ClusterContainsServicesException"
    assert len(env.ec2.describe_network_interfaces()["NetworkInterfaces"]) == 2
    env.ecs.delete_service(cluster="main", service="api", force=True)
    assert env.service()["status"] == "INACTIVE"
    assert env.ecs.list_services(cluster="main")["serviceArns"] == []
    assert env.ecs.list_tasks(cluster="main")["taskArns"] == []
    assert env.ec2.describe_network_interfaces()["NetworkInterfaces"] == []
    assert env.targets() == {}
    assert error(env.ecs.update_service, cluster="main", service="api") == "ServiceNotActiveException"
    assert env.ecs.delete_cluster(cluster="main")["cluster"]["status"] == "INACTIVE"
    assert env.ecs.list_clusters()["clusterArns"] == []


def test_a_service_is_created_once_and_again_after_its_end(env: Environment) -> None:
    env.create()
    with pytest.raises(ClientError, match="not idempotent"):
        env.create()
    env.ecs.delete_service(cluster="main", service="api", force=True)
    assert env.create()["status"] == "ACTIVE"


def test_a_missing_service(env: Environment) -> None:
    assert error(env.ecs.update_service, cluster="main", service="none") == "ServiceNotFoundException"
    assert error(env.ecs.delete_service, cluster="main", service="none") == "ServiceNotFoundException"
    assert error(env.ecs.list_tasks, cluster="none") == "ClusterNotFoundException"


def test_services_belong_to_an_account_and_a_region(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    env.create()
    assert AWS.client("ecs", region_name="eu-west-1").list_clusters()["clusterArns"] == []
    monkeypatch.setenv("MOTO_ACCOUNT_ID", "210987654321")
    assert env.ecs.list_clusters()["clusterArns"] == []


def test_tags_of_a_service_reach_its_tasks(env: Environment) -> None:
    env.create(propagateTags="SERVICE", tags=[{"key": "Owner", "value": "team"}])
    arns = env.ecs.list_tasks(cluster="main")["taskArns"]
    tasks = env.ecs.describe_tasks(cluster="main", tasks=arns, include=["TAGS"])["tasks"]
    assert [task["tags"] for task in tasks] == [[{"key": "Owner", "value": "team"}]] * 2


def test_a_task_that_runs_once_goes_through_its_states_to_a_good_end(env: Environment) -> None:
    env.register(tags=[{"key": "Layer", "value": "compute"}])
    network = {"awsvpcConfiguration": {"subnets": env.subnets, "securityGroups": []}}
    [task] = env.ecs.run_task(
        cluster="main",
        taskDefinition="api:2",
        launchType="FARGATE",
        networkConfiguration=network,
        propagateTags="TASK_DEFINITION",
        tags=[{"key": "by", "value": "hand"}],
    )["tasks"]
    assert task["lastStatus"] == "PROVISIONING"
    assert {tag["key"]: tag["value"] for tag in task["tags"]} == {"by": "hand", "Layer": "compute"}
    seen = []
    while task["lastStatus"] != "STOPPED":
        assert "exitCode" not in task["containers"][0], "a container that runs has no exit code"
        [task] = env.ecs.describe_tasks(cluster="main", tasks=[task["taskArn"]])["tasks"]
        seen.append(task["lastStatus"])
    assert seen == ["PENDING", "RUNNING", "DEPROVISIONING", "STOPPED"]
    assert task["containers"][0]["exitCode"] == 0
    assert (task["stopCode"], task["stoppedReason"]) == (
        "EssentialContainerExited",
        "Essential container in task exited",
    )
    assert task["stoppedAt"] >= task["createdAt"]
    assert env.ec2.describe_network_interfaces()["NetworkInterfaces"] == [], "its interface would keep its subnet"
    assert env.ecs.list_tasks(cluster="main")["taskArns"] == []


def test_a_task_that_runs_once_can_be_stopped_on_its_way(env: Environment) -> None:
    network = {"awsvpcConfiguration": {"subnets": env.subnets, "securityGroups": []}}
    [task] = env.ecs.run_task(
        cluster="main", taskDefinition="api:1", launchType="FARGATE", networkConfiguration=network
    )["tasks"]
    env.ecs.stop_task(cluster="main", task=task["taskArn"], reason="enough")
    [task] = env.ecs.describe_tasks(cluster="main", tasks=[task["taskArn"]])["tasks"]
    assert (task["lastStatus"], task["stopCode"], task["stoppedReason"]) == ("STOPPED", "UserInitiated", "enough")
