from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

import emulator.services.sns  # noqa: F401

# boto3 makes the calls of a client at run time: there is nothing to check them against.
Client = Any

# One session for all tests: loading the service's model takes longer than any of them.
SESSION = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test")

ATTRIBUTES = {
    "SignatureVersion": "2",
    "TracingConfig": "Active",
    "HTTPFailureFeedbackRoleArn": "arn:aws:iam::123456789012:role/feedback",
    "SQSSuccessFeedbackSampleRate": "50",
}


@pytest.fixture
def sns() -> Iterator[Client]:
    with mock_aws():
        yield SESSION.client("sns", region_name="us-east-1")


def attributes(sns: Client, arn: str) -> dict[str, str]:
    found: dict[str, str] = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    return found


def test_a_topic_has_the_attributes_it_was_created_with(sns: Client) -> None:
    arn = sns.create_topic(Name="alerts", Attributes={**ATTRIBUTES, "DisplayName": "Alerts"})["TopicArn"]

    found = attributes(sns, arn)

    assert {name: found.get(name) for name in ATTRIBUTES} == ATTRIBUTES
    assert found["DisplayName"] == "Alerts"


def test_a_topic_has_no_attribute_that_was_not_set(sns: Client) -> None:
    arn = sns.create_topic(Name="alerts")["TopicArn"]

    assert not set(ATTRIBUTES) & set(attributes(sns, arn))


@pytest.mark.parametrize(("name", "value"), ATTRIBUTES.items())
def test_an_attribute_that_is_set_later_is_given_back(sns: Client, name: str, value: str) -> None:
    arn = sns.create_topic(Name="alerts")["TopicArn"]

    sns.set_topic_attributes(TopicArn=arn, AttributeName=name, AttributeValue=value)

    assert attributes(sns, arn)[name] == value


def test_a_topic_that_does_not_exist_is_not_found(sns: Client) -> None:
    with pytest.raises(sns.exceptions.NotFoundException):
        attributes(sns, "arn:aws:sns:us-east-1:123456789012:nowhere")


def test_topics_of_two_regions_are_two(sns: Client) -> None:
    elsewhere = SESSION.client("sns", region_name="eu-west-1")
    sns.create_topic(Name="alerts", Attributes={"SignatureVersion": "2"})

    arn = elsewhere.create_topic(Name="alerts")["TopicArn"]

    assert "SignatureVersion" not in attributes(elsewhere, arn)
