from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

import emulator.services.logs  # noqa: F401

# boto3 makes the calls of a client at run time: there is nothing to check them against.
Client = Any

# One session for all tests: loading the service's model takes longer than any of them.
SESSION = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test")

KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
GROUP = "/app/web"
ARN = f"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}"
MISSING = "1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture
def logs() -> Iterator[Client]:
    with mock_aws():
        client = SESSION.client("logs", region_name="us-east-1")
        client.create_log_group(logGroupName=GROUP, tags={"Team": "web"})
        yield client


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return error.value.response["Error"]["Code"]


def group(logs: Client, name: str = GROUP) -> Any:  # noqa: ANN401
    [found] = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return found


def put_query(logs: Client, name: str = "errors", **arguments: Any) -> str:  # noqa: ANN401
    identifier: str = logs.put_query_definition(name=name, **{"queryString": "fields @message", **arguments})[
        "queryDefinitionId"
    ]
    return identifier


def queries(logs: Client, **arguments: Any) -> list[Any]:  # noqa: ANN401
    found: list[Any] = logs.describe_query_definitions(**arguments)["queryDefinitions"]
    return found


def put_filter(logs: Client, pattern: str = "ERROR", name: str = GROUP) -> None:
    logs.put_metric_filter(
        logGroupName=name,
        filterName="errors",
        filterPattern=pattern,
        metricTransformations=[{"metricName": "Errors", "metricNamespace": "App", "metricValue": "1"}],
    )


def filters(logs: Client, name: str = GROUP) -> list[Any]:
    found: list[Any] = logs.describe_metric_filters(logGroupName=name)["metricFilters"]
    return found


def test_a_query_definition_is_described_as_it_was_put(logs: Client) -> None:
    identifier = put_query(logs, logGroupNames=[GROUP])

    [query] = queries(logs)

    assert query.pop("lastModified") > 0
    assert query == {
        "queryDefinitionId": identifier,
        "name": "errors",
        "queryString": "fields @message",
        "logGroupNames": [GROUP],
    }


def test_a_query_definition_is_updated(logs: Client) -> None:
    identifier = put_query(logs, logGroupNames=[GROUP])

    again = put_query(logs, "all errors", queryString="fields @timestamp", queryDefinitionId=identifier)

    [query] = queries(logs)
    assert again == identifier
    assert (query["name"], query["queryString"], query["logGroupNames"]) == ("all errors", "fields @timestamp", [])


def test_query_definitions_are_found_by_prefix_and_page_by_page(logs: Client) -> None:
    for name in ("web/a", "web/b", "db/a"):
        put_query(logs, name)

    first = logs.describe_query_definitions(queryDefinitionNamePrefix="web/", maxResults=1)
    second = logs.describe_query_definitions(
        queryDefinitionNamePrefix="web/", maxResults=1, nextToken=first["nextToken"]
    )

    assert [query["name"] for page in (first, second) for query in page["queryDefinitions"]] == ["web/a", "web/b"]
    assert "nextToken" not in second


def test_a_query_definition_is_deleted_once(logs: Client) -> None:
    identifier = put_query(logs)

    assert logs.delete_query_definition(queryDefinitionId=identifier)["success"] is True
    assert queries(logs) == []
    with pytest.raises(ClientError) as error:
        logs.delete_query_definition(queryDefinitionId=identifier)
    assert code(error) == "ResourceNotFoundException"


def test_a_query_definition_that_does_not_exist_is_not_updated(logs: Client) -> None:
    with pytest.raises(ClientError) as error:
        put_query(logs, queryDefinitionId=MISSING)

    assert code(error) == "ResourceNotFoundException"
    assert queries(logs) == []


def test_two_query_definitions_do_not_share_a_name(logs: Client) -> None:
    put_query(logs)

    with pytest.raises(ClientError) as error:
        put_query(logs)

    assert code(error) == "InvalidParameterException"


def test_query_definitions_belong_to_a_region_and_an_account(logs: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    put_query(logs)

    assert queries(SESSION.client("logs", region_name="eu-west-1")) == []
    monkeypatch.setenv("MOTO_ACCOUNT_ID", "111111111111")
    assert queries(logs) == []


def test_a_group_is_of_the_class_asked_for(logs: Client) -> None:
    logs.create_log_group(logGroupName="/archive", logGroupClass="INFREQUENT_ACCESS")

    assert group(logs, "/archive")["logGroupClass"] == "INFREQUENT_ACCESS"
    assert group(logs)["logGroupClass"] == "STANDARD"


def test_a_key_is_associated_and_disassociated(logs: Client) -> None:
    logs.associate_kms_key(logGroupName=GROUP, kmsKeyId=KEY)
    associated = group(logs).get("kmsKeyId")
    logs.disassociate_kms_key(logGroupName=GROUP)

    assert associated == KEY
    assert "kmsKeyId" not in group(logs)


def test_a_group_of_the_same_name_starts_without_tags_and_filters(logs: Client) -> None:
    put_filter(logs)

    logs.delete_log_group(logGroupName=GROUP)
    logs.create_log_group(logGroupName=GROUP)

    assert logs.list_tags_for_resource(resourceArn=ARN)["tags"] == {}
    assert filters(logs) == []


def test_a_metric_filter_put_again_is_replaced(logs: Client) -> None:
    put_filter(logs, "ERROR")

    put_filter(logs, "FATAL")

    [found] = filters(logs)
    assert found["filterPattern"] == "FATAL"
    assert found["creationTime"] > 0


def test_a_group_counts_its_metric_filters(logs: Client) -> None:
    assert group(logs)["metricFilterCount"] == 0

    put_filter(logs)

    assert group(logs)["metricFilterCount"] == 1


def test_filters_of_the_same_name_in_two_groups_are_two(logs: Client) -> None:
    logs.create_log_group(logGroupName="/app/db")
    put_filter(logs)
    put_filter(logs, name="/app/db")

    logs.delete_metric_filter(logGroupName=GROUP, filterName="errors")

    assert filters(logs) == []
    assert len(filters(logs, "/app/db")) == 1


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("associate_kms_key", {"kmsKeyId": KEY}),
        ("disassociate_kms_key", {}),
        ("delete_log_group", {}),
        ("delete_metric_filter", {"filterName": "errors"}),
        (
            "put_metric_filter",
            {
                "filterName": "e",
                "filterPattern": "",
                "metricTransformations": [{"metricName": "Errors", "metricNamespace": "App", "metricValue": "1"}],
            },
        ),
    ],
)
def test_a_group_that_does_not_exist_is_not_found(logs: Client, call: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as error:
        getattr(logs, call)(logGroupName="/nowhere", **arguments)

    assert code(error) == "ResourceNotFoundException"
