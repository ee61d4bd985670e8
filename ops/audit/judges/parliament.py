"""Parliament, on every policy that the layers write, with every reference followed."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ops.audit.configuration import Configuration, Resource
from ops.audit.judges.environment import Said, Tools
from ops.audit.judges.finding import Finding, Verdict, demand_all
from ops.errors import OpsError

_DRIVER = Path(__file__).parent / "parliament_driver.py"
_TRUST = "assume_role_policy"

Policies = Mapping[str, Mapping[str, Any]]


def judge(configuration: Configuration, *, tools: Tools) -> Verdict:
    """What parliament says of all policies of a configuration."""
    policies = dict(_policies(configuration))
    with tempfile.TemporaryDirectory() as folder:
        # Isolated: this file stands beside the driver and is called as what the driver imports.
        said = tools.run([tools.python, "-I", str(_DRIVER)], within=Path(folder), given=json.dumps(policies))
    return verdict(said, policies=policies)


def verdict(said: Said, *, policies: Policies) -> Verdict:
    """What parliament said, read. Raises OpsError unless it has read every statement of every policy."""
    if said.code != 0:
        raise OpsError(f"parliament failed with {said.code}:\n{said.errors.strip()[-2000:]}")
    report = json.loads(said.output)
    whole = [name for name, policy in policies.items() if report["statements"].get(name) == len(policy["Statement"])]
    demand_all("parliament", scanned=len(whole), expected=len(policies), what="policies")
    # Of each of the actions that a wildcard stands for it says the same.
    findings = dict.fromkeys(finding for said_of in report["findings"] for finding in _findings(said_of))
    return Verdict(findings=list(findings), scanned=len(whole), version=report["version"])


def _policies(configuration: Configuration) -> Iterator[tuple[str, dict[str, Any]]]:
    """Whatever is a policy, whoever's attribute it is: of a role, key, bucket, topic, endpoint or log group."""
    for resource in configuration.resources():
        for attribute, value in configuration.resolved(resource).items():
            if isinstance(value, str) and '"Statement"' in value:
                yield resource.address, _policy(configuration, resource, attribute, json.loads(value))


def _policy(
    configuration: Configuration, resource: Resource, attribute: str, document: dict[str, Any]
) -> dict[str, Any]:
    if attribute != _TRUST:
        return document
    # AWS allows no Resource where it can only be the role itself, and parliament no statement without.
    role = configuration.attribute(resource, "arn")
    return {**document, "Statement": [{**statement, "Resource": role} for statement in document["Statement"]]}


def _findings(said: dict[str, Any]) -> Iterator[Finding]:
    """One finding, or one for each action whose resources a statement does not name."""
    details = said["detail"] if said["issue"] == "RESOURCE_MISMATCH" else [said["detail"]]
    for detail in details:
        yield Finding(
            judge="parliament",
            check=said["issue"],
            severity=said["severity"].lower(),
            resource=said["policy"],
            title=_title(said["title"], detail),
        )


def _title(title: str, detail: Any) -> str:  # noqa: ANN401 - any JSON
    if isinstance(detail, dict):
        return f"{detail['action']} is not given {detail['required_format']}"
    if isinstance(detail, list):
        return f"{title.strip()}: {', '.join(detail)}"
    return str(detail or title.strip())
