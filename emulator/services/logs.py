"""CloudWatch Logs: query definitions, keys and classes of log groups, metric filters that can be replaced.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html
"""

import json
from dataclasses import dataclass
from typing import Any

from moto.core.utils import unix_time_millis, utcnow
from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.models import LogGroup, LogsBackend
from moto.logs.responses import LogsResponse
from moto.moto_api._internal import mock_random

from emulator.extension import extends, state

PAGE = 1000

_delete_log_group = LogsBackend.delete_log_group
_put_metric_filter = LogsBackend.put_metric_filter
_describe = LogGroup.to_describe_dict
_create_log_group = LogsResponse.create_log_group
_describe_log_groups = LogsResponse.describe_log_groups


def _now() -> int:
    return int(unix_time_millis(utcnow()))


@dataclass
class QueryDefinition:
    """A saved query of Logs Insights."""

    identifier: str
    name: str
    query: str
    log_groups: list[str]
    last_modified: int

    def to_dict(self) -> dict[str, Any]:
        """Give the members of the API's shape."""
        return {
            "queryDefinitionId": self.identifier,
            "name": self.name,
            "queryString": self.query,
            "logGroupNames": self.log_groups,
            "lastModified": self.last_modified,
        }


def _definitions(backend: LogsBackend) -> dict[str, QueryDefinition]:
    found: dict[str, QueryDefinition] = state(backend, "query_definitions", dict)
    return found


def _group(backend: LogsBackend, name: str) -> LogGroup:
    if name not in backend.groups:
        raise ResourceNotFoundException
    return backend.groups[name]


@extends(LogGroup)
class DescribedLogGroup(LogGroup):
    """A log group that tells of its class."""

    def to_describe_dict(self) -> dict[str, Any]:
        """Describe the group as DescribeLogGroups does."""
        return {**_describe(self), "logGroupClass": vars(self).get("log_group_class", "STANDARD")}


@extends(LogsBackend)
class LogGroups(LogsBackend):
    """What belongs to a log group goes with it, and a metric filter is one per name and group."""

    def delete_log_group(self, log_group_name: str) -> None:
        """Delete the group, its metric filters and its tags."""
        group = _group(self, log_group_name)
        _delete_log_group(self, log_group_name)
        self.tagger.delete_all_tags_for_resource(group.arn)
        filters = self.filters.metric_filters
        filters[:] = [kept for kept in filters if kept["logGroupName"] != log_group_name]

    def put_metric_filter(
        self, filter_name: str, filter_pattern: str, log_group_name: str, metric_transformations: str
    ) -> None:
        """Create a metric filter of an existing group, or replace the one of that name."""
        _group(self, log_group_name)
        self.filters.delete_filter(filter_name, log_group_name)
        _put_metric_filter(self, filter_name, filter_pattern, log_group_name, metric_transformations)
        self.filters.metric_filters[-1]["creationTime"] = _now()

    def delete_metric_filter(self, filter_name: str | None = None, log_group_name: str | None = None) -> None:
        """Delete a metric filter, which must exist."""
        filters = self.filters.metric_filters
        left = [f for f in filters if (f["filterName"], f["logGroupName"]) != (filter_name, log_group_name)]
        if len(left) == len(filters):
            raise ResourceNotFoundException("The specified metric filter does not exist.")
        filters[:] = left


@extends(LogsResponse)
class LogCalls(LogsResponse):
    """The calls on log groups and query definitions."""

    def create_log_group(self) -> str:
        """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html."""
        answer = _create_log_group(self)
        if log_group_class := self._get_param("logGroupClass"):
            group = self.logs_backend.groups[self._get_param("logGroupName")]
            vars(group)["log_group_class"] = log_group_class
        return answer

    def describe_log_groups(self) -> str:
        """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html."""
        answer: dict[str, Any] = json.loads(_describe_log_groups(self))
        filters = [found["logGroupName"] for found in self.logs_backend.filters.metric_filters]
        for group in answer["logGroups"]:
            group["metricFilterCount"] = filters.count(group["logGroupName"])
        return json.dumps(answer)

    def associate_kms_key(self) -> str:
        """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html."""
        _group(self.logs_backend, self._get_param("logGroupName")).kms_key_id = self._get_param("kmsKeyId")
        return ""

    def disassociate_kms_key(self) -> str:
        """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DisassociateKmsKey.html."""
        _group(self.logs_backend, self._get_param("logGroupName")).kms_key_id = None
        return ""

    def put_query_definition(self) -> str:
        """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html."""
        definitions = _definitions(self.logs_backend)
        identifier: str | None = self._get_param("queryDefinitionId")
        if identifier and identifier not in definitions:
            raise ResourceNotFoundException("The specified query definition does not exist.")
        name: str = self._get_param("name")
        if any(found.name == name and found.identifier != identifier for found in definitions.values()):
            raise InvalidParameterException("A query definition with this name already exists.")
        definition = QueryDefinition(
            identifier=identifier or str(mock_random.uuid4()),
            name=name,
            query=self._get_param("queryString"),
            log_groups=self._get_param("logGroupNames") or [],
            last_modified=_now(),
        )
        definitions[definition.identifier] = definition
        return json.dumps({"queryDefinitionId": definition.identifier})

    def describe_query_definitions(self) -> str:
        """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeQueryDefinitions.html."""
        prefix: str = self._get_param("queryDefinitionNamePrefix") or ""
        found = [d for d in _definitions(self.logs_backend).values() if d.name.startswith(prefix)]
        start = int(self._get_param("nextToken") or 0)
        end = start + (self._get_param("maxResults") or PAGE)
        answer: dict[str, Any] = {"queryDefinitions": [d.to_dict() for d in found[start:end]]}
        if end < len(found):
            answer["nextToken"] = str(end)
        return json.dumps(answer)

    def delete_query_definition(self) -> str:
        """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteQueryDefinition.html."""
        if _definitions(self.logs_backend).pop(self._get_param("queryDefinitionId"), None) is None:
            raise ResourceNotFoundException("The specified query definition does not exist.")
        return json.dumps({"success": True})
