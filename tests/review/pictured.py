"""Environments to be drawn, and plans of them in Terraform's JSON with the configuration that they are of."""

import re
from pathlib import Path
from typing import Any

from ops.configuration import Configuration
from ops.example import EXAMPLE
from ops.plan.root import module_of
from ops.synth import Layer
from stacks.settings_file import load_settings
from tests.unit.conftest import with_changes
from tests.unit.synthesized import synthesize

Document = dict[str, Any]
REFERENCE = re.compile(r"\$\{([^}]+)\}")


def configured(**sections: dict[str, Any]) -> Configuration:
    settings = with_changes(load_settings(EXAMPLE), sections)
    return Configuration(layers=synthesize(settings).layers, account_id=settings.environment.account_id)


def planned(configuration: Configuration) -> Document:
    modules = {}
    for name, layer in configuration.layers.items():
        module = module_of(Layer(name, frozenset(), Path(), dict(layer)))
        modules[name] = {
            "resources": [
                {"address": f"{kind}.{own}", "expressions": {key: expression(value) for key, value in body.items()}}
                for kind, named in module["resource"].items()
                for own, body in named.items()
            ],
            "outputs": {key: {"expression": expression(out["value"])} for key, out in module["output"].items()},
        }
    changes = [entry(one.layer, one.type, one.name, dict(one.body)) for one in configuration.resources()]
    calls = {name: {"module": module} for name, module in modules.items()}
    return {"resource_changes": changes, "configuration": {"root_module": {"module_calls": calls}}}


def expression(value: object) -> dict[str, Any]:
    return {"references": REFERENCE.findall(str(value))}


def entry(layer: str, kind: str, name: str, values: dict[str, Any], *actions: str) -> dict[str, Any]:
    return {
        "address": f"module.{layer}.{kind}.{name}",
        "module_address": f"module.{layer}",
        "mode": "managed",
        "type": kind,
        "change": {"actions": list(actions or ["no-op"]), "before": values, "after": values},
    }


def act(document: Document, address: str, *actions: str, **values: object) -> Document:
    """Have the plan do something to a resource, by its address without the layer's module."""
    (found,) = [one for one in document["resource_changes"] if one["address"].endswith(f".{address}")]
    found["change"]["actions"] = list(actions)
    found["change"]["after"] = {**found["change"]["after"], **values}
    return document


def destroy(document: Document, address: str, **before: object) -> Document:
    """What is destroyed is in the plan with its last values, and in the configuration no more."""
    (found,) = [one for one in document["resource_changes"] if one["address"].endswith(f".{address}")]
    found["change"] = {"actions": ["delete"], "before": {**found["change"]["before"], **before}, "after": None}
    for call in document["configuration"]["root_module"]["module_calls"].values():
        call["module"]["resources"] = [one for one in call["module"]["resources"] if one["address"] != address]
    return document


def remember(document: Document, layer: str, address: str, **values: str) -> None:
    """Have a resource in the state that the plan starts from, by which what is destroyed is told."""
    resource = {"address": f"module.{layer}.{address}", "values": values}
    modules = [{"address": f"module.{layer}", "resources": [resource]}]
    document["prior_state"] = {"values": {"root_module": {"child_modules": modules}}}


def add(document: Document, layer: str, kind: str, name: str, **values: Any) -> Document:  # noqa: ANN401 - any JSON
    known = {key: value for key, value in values.items() if "${" not in str(value)}
    made = entry(layer, kind, name, known, "create")
    document["resource_changes"].append(made)
    resource = {"address": f"{kind}.{name}", "expressions": {key: expression(value) for key, value in values.items()}}
    document["configuration"]["root_module"]["module_calls"][layer]["module"]["resources"].append(resource)
    return document


def busy(document: Document) -> Document:
    """A plan with something of everything."""
    act(document, "aws_ecs_task_definition.task", "delete", "create")
    act(document, "aws_ecs_service.service", "update")
    act(document, "aws_subnet.database-c", "delete", "create", cidr_block="10.20.176.0/20")
    act(document, "aws_vpc_endpoint.endpoint-logs", "update")
    act(document, "aws_s3_bucket_policy.data-policy", "update")
    act(document, "aws_vpc_security_group_ingress_rule.internet-to-load-balancer-443", "update")
    act(document, "aws_vpc_security_group_egress_rule.service-to-s3", "update")
    act(document, "aws_vpc.vpc", "update")
    add(document, "compute", "aws_cloudwatch_metric_alarm", "alarm-queue")
    destroy(document, "aws_rds_cluster_instance.instance-2", cluster_identifier="aurora")
    remember(document, "database", "aws_rds_cluster.cluster", id="aurora")
    return opened(document)


def opened(document: Document) -> Document:
    """A plan that opens the database to everybody."""
    group = "${aws_security_group.database.id}"
    rule = {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "tcp", "from_port": 5432, "to_port": 5432}
    kind = "aws_vpc_security_group_ingress_rule"
    return add(document, "network", kind, "open", security_group_id=group, **rule)
