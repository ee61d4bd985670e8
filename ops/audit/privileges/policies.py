"""Which policies AWS looks at when it decides on a call."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ops.audit.configuration import Resource
from ops.audit.privileges.estate import Estate
from ops.audit.privileges.managed import MANAGED
from ops.audit.privileges.row import Principal, Row
from stacks.rules import REGION

Document = Mapping[str, Any]

ANYTHING = "anything"
OPEN = "open to everybody"
_UNLIMITED: dict[str, Document] = {
    ANYTHING: {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
    # Nothing is known of other accounts' resources: the worst is that their policies let everybody in.
    OPEN: {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "*", "Resource": "*"}],
    },
}


@dataclass(frozen=True)
class Permission:
    """One action on one resource that a statement of a policy speaks of, as the policy writes both."""

    policy: str
    statement: str
    action: str
    resource: str


@dataclass(frozen=True)
class Policies:
    """Every policy by name, and which of them belong to which role, resource and endpoint."""

    estate: Estate
    documents: dict[str, Document]
    of_role: dict[str, str] = field(default_factory=dict)
    of_resource: dict[str, str] = field(default_factory=dict)
    of_endpoint: dict[str, str] = field(default_factory=dict)

    def identity(self, who: Principal) -> list[str]:
        """The policies of a caller."""
        if who.unlimited:
            return [ANYTHING]
        return [self.of_role[who.role.address]] if who.role else []

    def resource(self, row: Row) -> str | None:
        """The policy of what is called on."""
        if row.on != "*" and self.estate.owner(row.on) != self.estate.account_id:
            return OPEN
        if row.action.startswith("logs:"):
            return self.of_resource.get("logs")
        return self.of_resource.get(row.on.partition("/")[0] if row.on.startswith("arn:aws:s3:") else row.on)

    def endpoint(self, row: Row) -> str | None:
        """The policy of the endpoint on the way."""
        return self.of_endpoint[row.endpoint] if row.endpoint else None

    def permissions(self, names: Mapping[str, str]) -> Iterator[Permission]:
        """Everything that policies of one kind speak of."""
        for name in names.values():
            for position, statement in enumerate(self.documents[name]["Statement"], start=1):
                for action in _listed(statement["Action"]):
                    for on in _listed(statement.get("Resource", "*")):
                        yield Permission(name, statement.get("Sid", str(position)), action, on)


def policies_of(estate: Estate) -> Policies:
    """The policies of a configuration."""
    found = Policies(estate=estate, documents=dict(_UNLIMITED))
    for role in estate.roles:
        found.of_role[role.address] = _add(found, *_permissions(estate, role))
        arn = estate.configuration.attribute(role, "arn")
        found.of_resource[arn] = _add(found, f"{role.address} (trust)", _read(estate, role, "assume_role_policy"))
    for key in estate.configuration.resources("aws_kms_key"):
        found.of_resource[estate.configuration.attribute(key, "arn")] = _add(found, key.address, _read(estate, key))
    for topic in estate.configuration.resources("aws_sns_topic_policy"):
        arn = estate.configuration.attribute(topic, "arn")
        found.of_resource[arn] = _add(found, topic.address, _read(estate, topic))
    for bucket in estate.configuration.resources("aws_s3_bucket_policy"):
        arn = f"arn:aws:s3:::{estate.configuration.attribute(bucket, 'bucket')}"
        found.of_resource[arn] = _add(found, bucket.address, _read(estate, bucket))
    for logs in estate.configuration.resources("aws_cloudwatch_log_resource_policy"):
        found.of_resource["logs"] = _add(found, logs.address, _read(estate, logs, "policy_document"))
    for endpoint in estate.configuration.resources("aws_vpc_endpoint"):
        service = str(endpoint["service_name"]).removeprefix(f"com.amazonaws.{REGION}.")
        found.of_endpoint[service] = _add(found, endpoint.address, _plain(_read(estate, endpoint)))
    return found


def _permissions(estate: Estate, role: Resource) -> tuple[str, Document]:
    """A role's one policy: of its own, or AWS's."""
    name = estate.configuration.attribute(role, "name")
    for attached in estate.configuration.resources("aws_iam_role_policy", "aws_iam_role_policy_attachment"):
        if estate.configuration.attribute(attached, "role") == name:
            own = attached.type == "aws_iam_role_policy"
            return attached.address, _read(estate, attached) if own else MANAGED[attached["policy_arn"]]
    raise LookupError(f"{role.address} has no policy")


def _add(policies: Policies, name: str, document: Document) -> str:
    policies.documents[name] = document
    return name


def _read(estate: Estate, resource: Resource, attribute: str = "policy") -> Document:
    document: Document = json.loads(estate.configuration.attribute(resource, attribute))
    return document


def _plain(document: Document) -> Document:
    """With everybody as `*`, the only one of IAM's two ways of writing it that the simulator takes of an endpoint.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous
    """
    statements = [
        {**statement, "Principal": "*"} if statement["Principal"] == {"AWS": "*"} else statement
        for statement in document["Statement"]
    ]
    return {**document, "Statement": statements}


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]
