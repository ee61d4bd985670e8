"""Game days: experiments that do to the environment what it is built to survive, one at a time and on request.

Each is a template of AWS Fault Injection Service. Nothing happens until somebody starts one (`ops drill`), and an
experiment ends by itself as soon as visitors suffer: that is its stop condition.
"""

from dataclasses import dataclass, field

from cdktf import Fn
from cdktf_cdktf_provider_aws.fis_experiment_template import (
    FisExperimentTemplate,
    FisExperimentTemplateAction,
    FisExperimentTemplateActionParameter,
    FisExperimentTemplateActionTarget,
    FisExperimentTemplateExperimentOptions,
    FisExperimentTemplateLogConfiguration,
    FisExperimentTemplateLogConfigurationCloudwatchLogsConfiguration,
    FisExperimentTemplateStopCondition,
    FisExperimentTemplateTarget,
    FisExperimentTemplateTargetFilter,
    FisExperimentTemplateTargetResourceTag,
)

from stacks.base import AnyLayer
from stacks.compute import ComputeOutputs
from stacks.database import Database, DatabaseOutputs
from stacks.game_day_role import game_day_role
from stacks.log_groups import log_group
from stacks.network import NetworkOutputs
from stacks.rules import CUT_MINUTES


@dataclass(frozen=True, kw_only=True)
class Grounds:
    """What experiments act on, and the alarm that ends them."""

    network: NetworkOutputs
    compute: ComputeOutputs
    database: DatabaseOutputs
    stop_alarm_arn: str
    logs_key_arn: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """One action, and the resources that it is done to.

    https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html
    """

    action: str
    target: str
    resources: FisExperimentTemplateTarget
    parameters: dict[str, str] = field(default_factory=dict)


def game_days(layer: AnyLayer, grounds: Grounds) -> None:
    """Make the experiments: a failover of the database, and for each zone the loss of what is in it."""
    role = game_day_role(layer, network=grounds.network, compute=grounds.compute, database=grounds.database)
    group = log_group(layer, "game-days", key_arn=grounds.logs_key_arn)
    steps = {"database": ("The writer fails over to a reader", [_failover(_the_cluster(grounds))])}
    for position, zone in enumerate(layer.settings.network.zones):
        steps |= {
            f"tasks-{zone}": (f"Every task in {zone} stops", [_stop_tasks(grounds, zone)]),
            f"sessions-{zone}": (
                f"Tasks in {zone} reach no session for {CUT_MINUTES} minutes",
                [_cut(_application_subnet(layer, grounds, position), scope="dynamodb")],
            ),
            # What AWS does in its own scenario of a zone without power: Aurora leaves a zone that has lost its network.
            # https://docs.aws.amazon.com/fis/latest/userguide/az-availability-scenario.html
            f"zone-{zone}": (
                f"{zone} is cut off for {CUT_MINUTES} minutes, and the writer leaves it if it is there",
                [_cut(_subnets(grounds, zone), scope="all"), _failover(_writer_in(layer, zone))],
            ),
        }
    for name, (description, done) in steps.items():
        _template(layer, name, description, done, role_arn=role.arn, log_group_arn=group.arn, grounds=grounds)


def _template(
    layer: AnyLayer,
    name: str,
    description: str,
    steps: list[Step],
    *,
    role_arn: str,
    log_group_arn: str,
    grounds: Grounds,
) -> None:
    FisExperimentTemplate(
        layer,
        f"experiment-{name}",
        description=description,
        role_arn=role_arn,
        action=[_action(step) for step in steps],
        target=[step.resources for step in steps],
        stop_condition=[
            FisExperimentTemplateStopCondition(source="aws:cloudwatch:alarm", value=grounds.stop_alarm_arn)
        ],
        experiment_options=FisExperimentTemplateExperimentOptions(
            account_targeting="single-account",
            # Where the writer is elsewhere there is nothing to fail over, and the rest of the experiment goes on.
            empty_target_resolution_mode="skip" if len(steps) > 1 else "fail",
        ),
        log_configuration=FisExperimentTemplateLogConfiguration(
            log_schema_version=2,
            cloudwatch_logs_configuration=FisExperimentTemplateLogConfigurationCloudwatchLogsConfiguration(
                log_group_arn=f"{log_group_arn}:*"
            ),
        ),
        tags=layer.named("experiment", name),
    )


def _action(step: Step) -> FisExperimentTemplateAction:
    return FisExperimentTemplateAction(
        name=step.resources.name,
        action_id=step.action,
        target=FisExperimentTemplateActionTarget(key=step.target, value=step.resources.name),
        parameter=[FisExperimentTemplateActionParameter(key=key, value=value) for key, value in step.parameters.items()]
        or None,
    )


def _stop_tasks(grounds: Grounds, zone: str) -> Step:
    tasks = FisExperimentTemplateTarget(
        name="tasks",
        resource_type="aws:ecs:task",
        selection_mode="ALL",
        parameters={"cluster": grounds.compute.cluster_name, "service": grounds.compute.service_name},
        filter=[FisExperimentTemplateTargetFilter(path="AvailabilityZone", values=[zone])],
    )
    return Step(action="aws:ecs:stop-task", target="Tasks", resources=tasks)


def _failover(cluster: FisExperimentTemplateTarget) -> Step:
    return Step(action="aws:rds:failover-db-cluster", target="Clusters", resources=cluster)


def _cut(subnets: FisExperimentTemplateTarget, *, scope: str) -> Step:
    return Step(
        action="aws:network:disrupt-connectivity",
        target="Subnets",
        resources=subnets,
        parameters={"duration": f"PT{CUT_MINUTES}M", "scope": scope},
    )


def _the_cluster(grounds: Grounds) -> FisExperimentTemplateTarget:
    return FisExperimentTemplateTarget(
        name="cluster",
        resource_type="aws:rds:cluster",
        selection_mode="ALL",
        resource_arns=[grounds.database.cluster_arn],
    )


def _writer_in(layer: AnyLayer, zone: str) -> FisExperimentTemplateTarget:
    """The cluster, if its writer is in the zone; by tags, because resources named by ARN take no parameters."""
    tags = {"Environment": layer.names.suffix, "Layer": Database.layer, "ManagedBy": "cdktf"}
    return FisExperimentTemplateTarget(
        name="cluster",
        resource_type="aws:rds:cluster",
        selection_mode="ALL",
        resource_tag=[FisExperimentTemplateTargetResourceTag(key=key, value=value) for key, value in tags.items()],
        parameters={"writerAvailabilityZoneIdentifiers": zone},
    )


def _subnets(grounds: Grounds, zone: str) -> FisExperimentTemplateTarget:
    return FisExperimentTemplateTarget(
        name="subnets",
        resource_type="aws:ec2:subnet",
        selection_mode="ALL",
        parameters={"availabilityZoneIdentifier": zone, "vpc": grounds.network.vpc_id},
    )


def _application_subnet(layer: AnyLayer, grounds: Grounds, position: int) -> FisExperimentTemplateTarget:
    subnet = Fn.element(grounds.network.application_subnet_ids, position)
    return FisExperimentTemplateTarget(
        name="subnets",
        resource_type="aws:ec2:subnet",
        selection_mode="ALL",
        resource_arns=[layer.arn("ec2", f"subnet/{subnet}")],
    )
