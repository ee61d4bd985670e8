"""A deployed environment, as AWS's API shows it: what checks ask, and how answers are read."""

import json
import threading
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from stacks.names import Names, names_of
from stacks.settings import Settings

# Throttled calls are repeated by themselves: a check fails because of what is deployed, not of how busy AWS is.
_PATIENT = Config(retries={"mode": "adaptive", "max_attempts": 8}, max_pool_connections=20)


@dataclass(frozen=True, eq=False)
class Deployed:
    """An environment in its account: the session that asks, and the settings and names that it should be found by."""

    session: boto3.Session
    settings: Settings
    _clients: dict[str, Any] = field(default_factory=dict, repr=False)
    _answers: dict[tuple[Any, ...], Any] = field(default_factory=dict, repr=False)
    # One for making clients, and one per question, so that checks ask each question once between them.
    _locks: dict[tuple[Any, ...], threading.Lock] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def names(self) -> Names:
        """How the environment's resources are named."""
        return names_of(self.settings)

    @property
    def suffix(self) -> str:
        """What sets the environment apart in its account."""
        return self.settings.environment.suffix

    @property
    def account_id(self) -> str:
        """The account that it should be in."""
        return self.settings.environment.account_id

    @property
    def region(self) -> str:
        """The region that it should be in."""
        return self.settings.environment.region

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3's clients are typed by packages of their own only
        """A client of an AWS service."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self.session.client(service, config=_PATIENT)  # type: ignore[call-overload]
            return self._clients[service]

    def ask(self, service: str, operation: str, **arguments: Any) -> Any:  # noqa: ANN401
        """What AWS answers to a call, which is made once however many checks ask."""
        key = (service, operation, json.dumps(arguments, sort_keys=True))
        return self._once(key, lambda: getattr(self.client(service), operation)(**arguments))

    def listed(self, service: str, operation: str, items: str, **arguments: Any) -> list[Any]:  # noqa: ANN401
        """The `items` of all pages of an answer."""
        key = (service, operation, items, json.dumps(arguments, sort_keys=True))
        found: list[Any] = self._once(key, lambda: self._pages(service, operation, items, arguments))
        return found

    def key_arn(self, purpose: str) -> str:
        """The ARN of the environment's key for a purpose, found by its alias."""
        alias = f"alias/{self.names('kms', purpose)}"
        return str(self.ask("kms", "describe_key", KeyId=alias)["KeyMetadata"]["Arn"])

    def topic_arn(self, role: str) -> str:
        """The ARN that a topic of the environment has."""
        return f"arn:aws:sns:{self.region}:{self.account_id}:{self.names('sns', role)}"

    def tagged(self) -> dict[str, dict[str, str]]:
        """The tags of everything that carries the environment's own tag, by ARN."""
        filters = [{"Key": "Environment", "Values": [self.suffix]}]
        found = self.listed("resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList", TagFilters=filters)
        return {resource["ResourceARN"]: tags_of(resource) for resource in found}

    def _pages(self, service: str, operation: str, items: str, arguments: dict[str, Any]) -> list[Any]:
        client = self.client(service)
        if not client.can_paginate(operation):
            return list(getattr(client, operation)(**arguments)[items])
        pages = client.get_paginator(operation).paginate(**arguments)
        return [item for page in pages for item in page.get(items, [])]

    def _once(self, key: tuple[Any, ...], ask: Any) -> Any:  # noqa: ANN401
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._answers:
                self._answers[key] = ask()
            return self._answers[key]


def tags_of(resource: dict[str, Any], name: str = "Tags") -> dict[str, str]:
    """The tags in an answer, which most services give as a list."""
    return {tag["Key"]: tag["Value"] for tag in resource.get(name, [])}
