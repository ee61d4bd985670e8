"""Resource Groups Tagging API: tagged resources of the kinds that moto leaves out of GetResources.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from moto.backup.models import backup_backends
from moto.budgets.models import budgets_backends
from moto.ce.models import ce_backends
from moto.core.base_backend import BackendDict
from moto.core.resource_tagging import TaggedResource, make_tag_matcher, match_resource_type
from moto.ec2.models import ec2_backends
from moto.ecr.models import ecr_backends
from moto.elbv2.models import elbv2_backends
from moto.events.models import events_backends
from moto.iam.models import iam_backends
from moto.rds.models import rds_backends
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend
from moto.route53.models import route53_backends
from moto.servicediscovery.models import servicediscovery_backends
from moto.utilities.utils import get_partition
from moto.wafv2.models import wafv2_backends

from emulator.extension import extends

_moto_resources = ResourceGroupsTaggingAPIBackend._get_resources_generator  # noqa: SLF001 - the method extended

# One resource: its type, ARN and tags. The backends below have no type in common that has their state.
_Found = Iterator[tuple[str, str, dict[str, str]]]

# GetResources answers the resources of services without regions in this region alone.
_GLOBAL = "us-east-1"


def _by_key(tags: Iterable[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def _of_tagger(backend: Any, kinds: dict[str, Iterable[Any]]) -> _Found:  # noqa: ANN401 - see _Found
    for kind, arns in kinds.items():
        for arn in arns:
            yield kind, arn, backend.tagger.get_tag_dict_for_resource(arn)


def _backup(backend: Any) -> _Found:  # noqa: ANN401
    plans = [plan.backup_plan_arn for plan in backend.plans.values() if plan.deletion_date is None]
    return _of_tagger(backend, {"backup:backup-plan": plans})


def _ec2(backend: Any) -> _Found:  # noqa: ANN401
    groups = [group for groups in backend.groups.values() for group in groups.values()]
    kinds: dict[str, Iterable[Any]] = {
        "dhcp-options": backend.dhcp_options_sets.values(),
        "elastic-ip": backend.addresses,
        "launch-template": backend.launch_templates.values(),
        "network-acl": backend.network_acls.values(),
        "security-group-rule": [rule for group in groups for rule in group.ingress_rules + group.egress_rules],
        "vpc-endpoint": [e for e in backend.vpc_end_points.values() if e.state != "deleted"],
    }
    for kind, resources in kinds.items():
        for resource in resources:
            arn = f"arn:{backend.partition}:ec2:{backend.region_name}:{backend.account_id}:{kind}/{resource.id}"
            yield f"ec2:{kind}", arn, dict(backend.tags.get(resource.id, {}))


def _ecr(backend: Any) -> _Found:  # noqa: ANN401
    for repository in backend.repositories.values():
        tags = backend.tagger.list_tags_for_resource(repository.arn)["tags"]
        yield "ecr:repository", repository.arn, _by_key(tags)


def _elbv2(backend: Any) -> _Found:  # noqa: ANN401
    for balancer in backend.load_balancers.values():
        for listener in balancer.listeners.values():
            rules = [rule.arn for rule in listener.rules.values()]
            for kind, arns in (("listener", [listener.arn]), ("listener-rule", rules)):
                for arn in arns:
                    tags = backend.tagging_service.get_tag_dict_for_resource(arn)
                    yield f"elasticloadbalancing:{kind}", arn, tags


def _events(backend: Any) -> _Found:  # noqa: ANN401
    rules = [rule.arn for bus in backend.event_buses.values() for rule in bus.rules.values()]
    return _of_tagger(backend, {"events:rule": rules})


def _rds(backend: Any) -> _Found:  # noqa: ANN401
    kinds: dict[str, Any] = {
        "cluster-pg": backend.db_cluster_parameter_groups,
        "es": backend.event_subscriptions,
        "pg": backend.db_parameter_groups,
        "subgrp": backend.subnet_groups,
    }
    for kind, resources in kinds.items():
        for resource in resources.values():
            yield f"rds:{kind}", resource.arn, _by_key(resource.get_tags())


def _servicediscovery(backend: Any) -> _Found:  # noqa: ANN401
    return _of_tagger(
        backend,
        {
            "servicediscovery:namespace": [namespace.arn for namespace in backend.namespaces.values()],
            "servicediscovery:service": [service.arn for service in backend.services.values()],
        },
    )


def _wafv2(backend: Any) -> _Found:  # noqa: ANN401
    for acl in backend.wacls.values():
        yield "wafv2:webacl", acl.arn, backend.tagging_service.get_tag_dict_for_resource(acl.arn)


def _budgets(backend: Any) -> _Found:  # noqa: ANN401
    arns = [backend.arn_of(name) for budgets in backend.budgets.values() for name in budgets]
    return _of_tagger(backend, {"budgets:budget": arns})


def _ce(backend: Any) -> _Found:  # noqa: ANN401
    return _of_tagger(backend, {"ce:anomalymonitor": backend.monitors, "ce:anomalysubscription": backend.subscriptions})


def _iam(backend: Any) -> _Found:  # noqa: ANN401
    kinds = {"oidc-provider": backend.open_id_providers.values(), "policy": backend.managed_policies.values()}
    for kind, resources in kinds.items():
        for resource in resources:
            yield f"iam:{kind}", resource.arn, _by_key(resource.tags.values())


def _route53(backend: Any) -> _Found:  # noqa: ANN401
    for zone in backend.zones:
        arn = f"arn:{backend.partition}:route53:::hostedzone/{zone}"
        yield "route53:hostedzone", arn, dict(backend.resource_tags.get(zone, {}))


_Service = tuple[BackendDict[Any], Callable[[Any], _Found]]

_REGIONAL: list[_Service] = [
    (backup_backends, _backup),
    (ec2_backends, _ec2),
    (ecr_backends, _ecr),
    (elbv2_backends, _elbv2),
    (events_backends, _events),
    (rds_backends, _rds),
    (servicediscovery_backends, _servicediscovery),
    (wafv2_backends, _wafv2),
]
_EVERYWHERE: list[_Service] = [
    (budgets_backends, _budgets),
    (ce_backends, _ce),
    (iam_backends, _iam),
    (route53_backends, _route53),
]


def _in_use(account_id: str, region: str) -> _Found:
    places = [(service, region) for service in _REGIONAL]
    if region == _GLOBAL:
        places += [(service, get_partition(region)) for service in _EVERYWHERE]
    for (backends, found), place in places:
        if account_id in backends and place in backends[account_id]:
            yield from found(backends[account_id][place])


@extends(ResourceGroupsTaggingAPIBackend)
class AllTaggedResources(ResourceGroupsTaggingAPIBackend):
    """What GetResources looks for."""

    def _get_resources_generator(
        self,
        tag_filters: list[dict[str, Any]] | None = None,
        resource_type_filters: list[str] | None = None,
        resource_arn_list: list[str] | None = None,
    ) -> Iterator[TaggedResource]:
        """https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html."""
        yield from _moto_resources(self, tag_filters, resource_type_filters, resource_arn_list)
        wanted = make_tag_matcher(tag_filters)
        for kind, arn, tags in _in_use(self.account_id, self.region_name):
            if (
                tags
                and wanted(tags)
                and match_resource_type(kind, resource_type_filters)
                and (not resource_arn_list or arn in resource_arn_list)
            ):
                yield TaggedResource(arn=arn, tags=tags, resource_type=kind)
