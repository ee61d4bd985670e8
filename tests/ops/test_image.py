"""The image has to be there before the service."""

from dataclasses import replace

import pytest

from ops.account import Environment
from ops.errors import ImageMissingError, OpsError
from ops.image import ensure_image, image_exists

pytestmark = [pytest.mark.usefixtures("aws"), pytest.mark.requirement("APP-5")]


@pytest.fixture
def _repository(environment: Environment, aws: None) -> None:  # noqa: ARG001 - the account has to be there first
    environment.session().client("ecr").create_repository(repositoryName="ecr-service-local")


@pytest.mark.usefixtures("_repository")
def test_a_real_account_without_the_image_stops_with_the_commands_to_push_it(environment: Environment) -> None:
    with pytest.raises(ImageMissingError) as raised:
        ensure_image(environment)

    text = str(raised.value)
    assert "docker login" in text
    assert "--platform linux/arm64" in text
    assert "123456789012.dkr.ecr.us-east-1.amazonaws.com/ecr-service-local:1.0.0" in text
    assert "python -m ops deploy local" in text
    assert raised.value.exit_code == 3


@pytest.mark.usefixtures("_repository")
def test_the_embedded_aws_gets_a_placeholder_once(environment: Environment) -> None:
    embedded = replace(environment, embedded=True)

    assert "placeholder" in (ensure_image(embedded) or "")
    assert image_exists(embedded)
    assert ensure_image(embedded) is None


def test_without_a_repository_it_says_what_makes_one(environment: Environment) -> None:
    with pytest.raises(OpsError, match="--only registry"):
        ensure_image(environment)
