"""How a review says things: numbers of resources, money, and what becomes of what."""

from collections import Counter
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from ops.plan.changes import Action, Change
from ops.progress import counted
from ops.review.cost.usage import Range

# The most striking comes first.
ORDER = (Action.DESTROY, Action.REPLACE, Action.CHANGE, Action.CREATE)
PARTICIPLES = {
    Action.CREATE: "created",
    Action.CHANGE: "changed",
    Action.REPLACE: "replaced",
    Action.DESTROY: "destroyed",
}
# As people call them; all others are called as Terraform does.
_NAMES = {
    "aws_appautoscaling_policy": "scaling policy",
    "aws_appautoscaling_target": "scaling target",
    "aws_cloudwatch_composite_alarm": "alarm",
    "aws_cloudwatch_dashboard": "dashboard",
    "aws_cloudwatch_log_group": "log group",
    "aws_cloudwatch_metric_alarm": "alarm",
    "aws_dynamodb_table": "table",
    "aws_ecs_service": "service",
    "aws_ecs_task_definition": "task definition",
    "aws_iam_role": "role",
    "aws_iam_role_policy": "role policy",
    "aws_kms_key": "key",
    "aws_lb": "load balancer",
    "aws_rds_cluster": "database cluster",
    "aws_rds_cluster_instance": "database instance",
    "aws_s3_bucket": "bucket",
    "aws_s3_bucket_policy": "bucket policy",
    "aws_vpc": "VPC",
    "aws_vpc_security_group_egress_rule": "security group rule",
    "aws_vpc_security_group_ingress_rule": "security group rule",
}
_MOST_KINDS_NAMED = 2
_CENT = Decimal("0.01")


def happening(changes: Iterable[Change]) -> str:
    """What happens, in a clause: "1 alarm is created and 2 tables are changed"."""
    kinds = Counter((change.action, name_of(change.resource_type)) for change in changes)
    if len(kinds) > _MOST_KINDS_NAMED:
        kinds = Counter({(action, "resource"): 0 for action in ORDER})
        kinds.update((change.action, "resource") for change in changes)
    ordered = [((action, name), number) for (action, name), number in kinds.items() if number]
    ordered.sort(key=lambda kind: ORDER.index(kind[0][0]))
    clauses = [
        f"{plural(number, name)} {'is' if number == 1 else 'are'} {PARTICIPLES[action]}"
        for (action, name), number in ordered
    ]
    return listed(clauses)


def name_of(resource_type: str) -> str:
    """What people call a type of resource."""
    return _NAMES.get(resource_type, resource_type.removeprefix("aws_").replace("_", " "))


def called(layer: str, address: str) -> str:
    """A resource as one speaks of it: "the table sessions of storage"."""
    resource_type, _, name = address.partition(".")
    noun = name_of(resource_type)
    name = name.removeprefix(f"{noun}-")
    # Where there is one of a kind, it is called like its kind.
    is_alone = name.lower() in {*noun.lower().split(), noun.lower().replace(" ", "-")}
    return f"the {noun} of {layer}" if is_alone else f"the {noun} {name} of {layer}"


def sentence(text: str) -> str:
    """Words that end in a full stop."""
    return f"{text.rstrip().rstrip('.')}."


def plural(number: int, thing: str) -> str:
    """A number of things, of which some end in y."""
    if number != 1 and thing.endswith("y") and thing[-2:-1] not in "aeiou":
        return f"{number} {thing[:-1]}ies"
    return counted(number, thing)


def listed(words: Iterable[str]) -> str:
    """Words as a sentence lists them."""
    *first, last = [*words] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def money(dollars: Decimal) -> str:
    """Dollars, to the cent."""
    return f"${dollars.quantize(_CENT, ROUND_HALF_UP):,f}"


def more_or_less(dollars: Decimal) -> str:
    """Dollars that come on top, or are saved."""
    cents = dollars.quantize(_CENT, ROUND_HALF_UP)
    sign = "+" if cents > 0 else "\N{MINUS SIGN}" if cents < 0 else "±"
    return f"{sign}${abs(cents):,f}"


def span(difference: Range) -> str:
    """From the least to the most that comes on top."""
    least, most = sorted((difference.low, difference.high))
    return f"{more_or_less(least)} to {more_or_less(most)}"
