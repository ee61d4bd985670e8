"""Checks of the service: its tasks, where they run, what they are kept from, and when there are more of them."""

from typing import Any

from ops.checks.compute import target_group
from ops.checks.deployed import Deployed
from ops.checks.framework import check, only, require, same, same_set
from ops.checks.network import security_group, subnets


def service(aws: Deployed) -> dict[str, Any]:
    """The service."""
    name = aws.names("ecs-service")
    arguments = {"cluster": aws.names("ecs-cluster"), "services": [name]}
    return dict(only(name, aws.ask("ecs", "describe_services", **arguments)["services"]))


def _task_definition(aws: Deployed) -> dict[str, Any]:
    answer = aws.ask("ecs", "describe_task_definition", taskDefinition=service(aws)["taskDefinition"])
    return dict(answer["taskDefinition"])


def _container(aws: Deployed) -> dict[str, Any]:
    return dict(only("containers of a task", _task_definition(aws)["containerDefinitions"]))


def _scalable(aws: Deployed, operation: str, items: str) -> list[Any]:
    resource = f"service/{aws.names('ecs-cluster')}/{aws.names('ecs-service')}"
    name = "ResourceIds" if operation == "describe_scalable_targets" else "ResourceId"
    arguments: dict[str, Any] = {name: [resource] if name == "ResourceIds" else resource, "ServiceNamespace": "ecs"}
    return aws.listed("application-autoscaling", operation, items, **arguments)


@check("APP-3")
def service_is_stable(aws: Deployed) -> None:
    """The service is active, its newest revision is deployed, and it runs as many tasks as it wants."""
    found = service(aws)
    same("the service is", found["status"], "ACTIVE")
    deployment = only("deployments under way", found["deployments"])
    same("the deployment is", deployment.get("rolloutState", "COMPLETED"), "COMPLETED")
    same("the service runs", deployment["taskDefinition"], found["taskDefinition"])
    same("tasks that run", found["runningCount"], found["desiredCount"])


@check("APP-3")
def enough_tasks_run(aws: Deployed) -> None:
    """At least as many tasks run as the settings want at any time, which is two or more."""
    fewest = aws.settings.service.min_tasks
    require(fewest >= 2, f"the settings are content with {fewest} task")
    running = service(aws)["runningCount"]
    require(running >= fewest, f"{running} tasks run instead of at least {fewest}")


@check("APP-3")
def tasks_are_spread_over_zones(aws: Deployed) -> None:
    """Tasks run in the application subnets of all zones, without public addresses, and are rebalanced."""
    network = service(aws)["networkConfiguration"]["awsvpcConfiguration"]
    expected = [subnet["SubnetId"] for subnet in subnets(aws, "application")]
    same_set("the service's list of subnets", network["subnets"], expected)
    same("public addresses of tasks", network.get("assignPublicIp", "DISABLED"), "DISABLED")
    same("security groups of tasks", network["securityGroups"], [security_group(aws, "service")])
    same("zone rebalancing", service(aws).get("availabilityZoneRebalancing"), "ENABLED")


@check("APP-3")
def bad_deployments_are_rolled_back(aws: Deployed) -> None:
    """A revision that does not come up is rolled back, and running tasks stay until its tasks are healthy."""
    deployment = service(aws)["deploymentConfiguration"]
    same("circuit breaker", deployment.get("deploymentCircuitBreaker"), {"enable": True, "rollback": True})
    require(deployment["minimumHealthyPercent"] >= 100, "tasks are stopped before new ones are healthy")


@check("APP-3", "COST-1")
def service_runs_on_fargate(aws: Deployed) -> None:
    """The service runs on Fargate, in the size and on the architecture of the settings."""
    task, wanted = _task_definition(aws), aws.settings.service
    same("launch type", service(aws).get("launchType"), "FARGATE")
    same("size of a task", (task["cpu"], task["memory"]), (str(wanted.cpu), str(wanted.memory)))
    same("architecture", task.get("runtimePlatform", {}).get("cpuArchitecture"), wanted.architecture)


@check("APP-3", "OBS-1")
def cluster_reports_its_containers(aws: Deployed) -> None:
    """Container Insights are on."""
    name = aws.names("ecs-cluster")
    arguments = {"clusters": [name], "include": ["SETTINGS", "CONFIGURATIONS"]}
    cluster = only(name, aws.ask("ecs", "describe_clusters", **arguments)["clusters"])
    settings = {setting["name"]: setting["value"] for setting in cluster.get("settings", [])}
    require(settings.get("containerInsights") in {"enabled", "enhanced"}, "Container Insights are off")


@check("ENV-8")
def disks_of_tasks_are_encrypted(aws: Deployed) -> None:
    """The disks of tasks are encrypted with the environment's own key."""
    name = aws.names("ecs-cluster")
    arguments = {"clusters": [name], "include": ["SETTINGS", "CONFIGURATIONS"]}
    cluster = only(name, aws.ask("ecs", "describe_clusters", **arguments)["clusters"])
    storage = cluster.get("configuration", {}).get("managedStorageConfiguration", {})
    same("key of the disks", storage.get("fargateEphemeralStorageKmsKeyId"), aws.key_arn("tasks"))


@check("APP-3", "APP-5")
def tasks_run_the_image_of_the_registry(aws: Deployed) -> None:
    """Tasks run the image that the settings name, from the environment's own registry."""
    repository = f"{aws.account_id}.dkr.ecr.{aws.region}.amazonaws.com/{aws.names('ecr', 'service')}"
    tag, digest = aws.settings.service.image_tag, aws.settings.service.image_digest
    same("image", _container(aws)["image"], f"{repository}@{digest}" if digest else f"{repository}:{tag}")


@check("ENV-7", "APP-3")
def tasks_are_hardened(aws: Deployed) -> None:
    """Tasks run unprivileged on a read-only file system, as no root, without capabilities and without a shell."""
    container = _container(aws)
    require(container.get("readonlyRootFilesystem"), "the file system can be written to")
    require(not container.get("privileged"), "the container is privileged")
    user = str(container.get("user", "")).split(":")[0]
    require(user not in {"", "0", "root"}, f"the container runs as {user or 'whoever the image says'}")
    dropped = container.get("linuxParameters", {}).get("capabilities", {}).get("drop", [])
    require("ALL" in dropped, "the container keeps capabilities")
    require(not service(aws).get("enableExecuteCommand"), "a shell can be opened in tasks")


@check("DB-4", "ENV-7")
def tasks_are_given_no_secrets(aws: Deployed) -> None:
    """Nothing in the task definition looks like a secret: the service signs in to the database as an IAM role."""
    words = ("password", "secret", "token")
    names = [one["name"] for one in _container(aws).get("environment", [])]
    suspicious = [name for name in names if any(word in name.lower() for word in words)]
    require(not suspicious, f"the environment has {', '.join(suspicious)}")


@check("APP-5", "DB-4", "ENV-7")
def migrations_run_the_image_of_the_service(aws: Deployed) -> None:
    """A migration runs the service's image, is given no secret, and is another role than the service."""
    family = aws.names("task", "migrate")
    found = aws.ask("ecs", "describe_task_definition", taskDefinition=family)["taskDefinition"]
    container = only(f"containers of {family}", found["containerDefinitions"])
    same("image of a migration", container["image"], _container(aws)["image"])
    require(not container.get("secrets"), "a migration is given secrets")
    require(found["taskRoleArn"] != _task_definition(aws)["taskRoleArn"], "the service could change its own schema")


@check("OBS-4", "APP-3")
def tasks_write_their_log(aws: Deployed) -> None:
    """Tasks log to the service's log group, and do not wait for it."""
    logging = _container(aws)["logConfiguration"]
    same("log driver", logging["logDriver"], "awslogs")
    same("log group", logging["options"]["awslogs-group"], aws.names("log-group", "service"))
    same("logging is", logging["options"].get("mode"), "non-blocking")


@check("APP-3", "APP-2")
def tasks_are_behind_the_load_balancer(aws: Deployed) -> None:
    """The service registers its tasks with the load balancer's target group."""
    registered = only("load balancers of the service", service(aws)["loadBalancers"])
    same("target group", registered["targetGroupArn"], target_group(aws)["TargetGroupArn"])
    same("port", registered["containerPort"], aws.settings.service.container_port)


@check("APP-3", "COST-1")
def service_scales(aws: Deployed) -> None:
    """The number of tasks follows CPU, memory and requests per task, within the limits of the settings."""
    target = only("scalable targets", _scalable(aws, "describe_scalable_targets", "ScalableTargets"))
    wanted = aws.settings.service
    same("fewest and most tasks", (target["MinCapacity"], target["MaxCapacity"]), (wanted.min_tasks, wanted.max_tasks))
    policies = _scalable(aws, "describe_scaling_policies", "ScalingPolicies")
    followed = [
        policy["TargetTrackingScalingPolicyConfiguration"]["PredefinedMetricSpecification"]["PredefinedMetricType"]
        for policy in policies
    ]
    expected = {
        "ALBRequestCountPerTarget",
        "ECSServiceAverageCPUUtilization",
        "ECSServiceAverageMemoryUtilization",
    }
    same_set("the set of metrics that tasks follow", followed, expected)


@check("APP-3", "OBS-2")
def bad_deployments_are_announced(aws: Deployed) -> None:
    """Deployments that fail and tasks that stop by themselves are events that somebody is told of."""
    for event in ("deployment-failed", "task-stopped"):
        name = aws.names("event", event)
        same(f"{name} is", aws.ask("events", "describe_rule", Name=name)["State"], "ENABLED")
