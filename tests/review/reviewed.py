"""Reviews of a few resources, made by hand: what a page and a comment are written from."""

from datetime import UTC, datetime
from typing import Any

from ops.plan.changes import read_plan
from ops.review.content import Content, content_of
from ops.review.cost.estimate import estimate
from ops.review.details import Details, read_details
from ops.review.model import Reach, Review, Risk

LAYERS = ("keys", "network", "storage", "database", "compute", "monitoring")
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg"><title>Picture</title></svg>'


def changing(address: str, before: dict[str, Any] | None, after: dict[str, Any] | None, **marks: Any) -> dict[str, Any]:  # noqa: ANN401
    """What Terraform says of a resource, by `LAYER.TYPE.NAME`; both before and after it is changed or replaced."""
    layer, kind, name = address.split(".", 2)
    actions = ["create"] if before is None else ["delete"] if after is None else ["update"]
    return {
        "address": f"module.{layer}.{kind}.{name}",
        "module_address": f"module.{layer}",
        "mode": "managed",
        "type": kind,
        "change": {"actions": ["delete", "create"] if "replace_paths" in marks else actions, "before": before}
        | {"after": after, **marks},
    }


def document_of(*changes: dict[str, Any], configuration: dict[str, Any] | None = None) -> dict[str, Any]:
    """A plan; `configuration` has the expressions of each resource, by `LAYER.TYPE.NAME`."""
    calls: dict[str, Any] = {}
    for address, expressions in (configuration or {}).items():
        layer, _, own = address.partition(".")
        module = calls.setdefault(layer, {"module": {"resources": []}})["module"]
        module["resources"].append({"address": own, "expressions": expressions})
    return {"resource_changes": list(changes), "configuration": {"root_module": {"module_calls": calls}}}


def details_of(change: dict[str, Any], **expressions: Any) -> Details:  # noqa: ANN401
    """The details of one change, of a resource whose configuration sets some attributes."""
    address = change["address"].removeprefix("module.")
    (found,) = read_details(document_of(change, configuration={address: expressions})).values()
    return found


def content(*changes: dict[str, Any], risks: tuple[Risk, ...] = (), reach: tuple[Reach, ...] = ()) -> Content:
    """What is said of a plan."""
    document = document_of(*changes)
    review = Review(
        environment="prod",
        suffix="prod",
        account_id="111122223333",
        made=datetime(2026, 11, 24, 12, tzinfo=UTC),
        revision="3b469cf",
        plan=read_plan(document, layers=LAYERS),
        risks=risks,
        reach=reach,
        estimate=estimate(document) if changes else None,
        picture=PICTURE,
    )
    return content_of(review, document)
