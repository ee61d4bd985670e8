"""What watches and protects, and whatever has no other place: nothing of an environment is left out."""

from collections.abc import Iterable, Iterator

from ops.review.picture.inventory import Inventory, Resource
from ops.review.picture.model import Box, Part
from ops.review.picture.surroundings import counted

_MONITORING = {
    "aws_cloudwatch_metric_alarm": "alarm",
    "aws_cloudwatch_composite_alarm": "composite alarm",
    "aws_cloudwatch_dashboard": "dashboard",
    "aws_cloudwatch_event_rule": "event rule",
    "aws_cloudwatch_log_metric_filter": "log metric",
    "aws_budgets_budget": "budget",
    "aws_fis_experiment_template": "experiment",
}


def cards_of(inventory: Inventory) -> tuple[Box, ...]:
    """A card for each concern that has anything."""
    cards = [
        Box("keys", Part("Keys (KMS)"), tuple(_keys(inventory))),
        Box("monitoring", Part("Monitoring"), tuple(_monitoring(inventory))),
        Box("alerts", Part("Alerts (SNS)"), tuple(_alerts(inventory))),
        Box("roles", Part("Roles (IAM)"), tuple(_roles(inventory))),
    ]
    return tuple(card for card in cards if card.parts)


def others_of(inventory: Inventory, shown: Iterable[Resource]) -> tuple[Box, ...]:
    """A card of what nothing else in the picture stands for."""
    known = set(shown)
    left = [resource for resource in inventory.of() if resource not in known]
    types = dict.fromkeys(resource.type for resource in left)
    parts = [
        part
        for name in types
        for part in counted(name.removeprefix("aws_").replace("_", " "), [one for one in left if one.type == name])
    ]
    return (Box("others", Part("Also"), tuple(parts)),) if parts else ()


def _keys(inventory: Inventory) -> Iterator[Part]:
    for key in inventory.of("aws_kms_key"):
        yield Part(key.name, (key,), tuple(inventory.naming(key, "aws_kms_alias")))


def _monitoring(inventory: Inventory) -> Iterator[Part]:
    for name, noun in _MONITORING.items():
        found = inventory.of(name)
        targets = [target for one in found for target in inventory.naming(one, "aws_cloudwatch_event_target")]
        yield from counted(noun, found, attached=targets)


def _alerts(inventory: Inventory) -> Iterator[Part]:
    for topic in inventory.of("aws_sns_topic"):
        yield Part(f"topic {topic.name}", (topic,), tuple(inventory.naming(topic, "aws_sns_topic_policy")))
    yield from counted("subscription", inventory.of("aws_sns_topic_subscription"))
    yield from counted("RDS subscription", inventory.of("aws_db_event_subscription"))


def _roles(inventory: Inventory) -> Iterator[Part]:
    for role in inventory.of("aws_iam_role"):
        yield Part(f"{role.layer}: {role.name}", (role,), tuple(inventory.naming(role, "aws_iam_role_policy*")))
