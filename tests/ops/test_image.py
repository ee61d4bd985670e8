"""The image has to be there before the service."""

import json
from dataclasses import replace
from typing import Any

import pytest

from ops.account import Environment
from ops.errors import BadInputError, ImageMissingError
from ops.image import ensure_image, find_image

pytestmark = [pytest.mark.usefixtures("aws"), pytest.mark.requirement("APP-5")]

MISSING = f"sha256:{'0' * 64}"


@pytest.fixture
def _repository(environment: Environment, aws: None) -> None:  # noqa: ARG001 - the account has to be there first
    environment.session().client("ecr").create_repository(repositoryName="ecr-service-local")


def put(environment: Environment, tag: str, *, repository: str = "ecr-service-local") -> str:
    """An image under a tag, and its digest."""
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "annotations": {"": tag}}
    answer: dict[str, Any] = (
        environment.session()
        .client("ecr")
        .put_image(repositoryName=repository, imageManifest=json.dumps(manifest), imageTag=tag)
    )
    digest: str = answer["image"]["imageId"]["imageDigest"]
    return digest


def pinned(environment: Environment, digest: str) -> Environment:
    """The environment, with a digest in its settings."""
    service = environment.settings.service.model_copy(update={"image_digest": digest})
    return replace(environment, settings=environment.settings.model_copy(update={"service": service}))


@pytest.mark.usefixtures("_repository")
def test_a_real_account_without_the_image_stops_with_the_commands_to_push_it(environment: Environment) -> None:
    with pytest.raises(ImageMissingError) as raised:
        ensure_image(environment)

    text = str(raised.value)
    assert "python -m ops image build local\n" in text
    assert "python -m ops image push local\n" in text
    assert "ecr-service-local:1.0.0" in text
    assert "python -m ops deploy local" in text
    assert raised.value.exit_code == 3


@pytest.mark.usefixtures("_repository")
def test_the_embedded_aws_gets_a_placeholder_once_whatever_the_digest(environment: Environment) -> None:
    embedded = replace(pinned(environment, MISSING), embedded=True)

    assert "placeholder" in (ensure_image(embedded) or "")
    assert find_image(embedded)
    assert ensure_image(embedded) is None


@pytest.mark.usefixtures("_repository")
def test_an_image_is_found_by_the_digest_that_its_tag_has(environment: Environment) -> None:
    digest = put(environment, "1.0.0")

    assert ensure_image(pinned(environment, digest)) is None


@pytest.mark.usefixtures("_repository")
def test_an_image_that_was_never_pushed_is_missing_by_its_digest_too(environment: Environment) -> None:
    with pytest.raises(ImageMissingError, match=MISSING):
        ensure_image(pinned(environment, MISSING))


@pytest.mark.usefixtures("_repository")
@pytest.mark.parametrize(
    ("tags", "of", "says"),
    [
        (["1.0.0"], None, "is not in the registry"),
        (["1.0.0", "0.9.0"], "0.9.0", "has the tag 0.9.0"),
        (["0.9.0"], "0.9.0", "no image has that tag"),
    ],
)
def test_a_tag_and_the_digest_of_another_image_are_not_deployed(
    environment: Environment, tags: list[str], of: str | None, says: str
) -> None:
    digests = {tag: put(environment, tag) for tag in tags}

    with pytest.raises(BadInputError, match="names two images") as raised:
        ensure_image(pinned(environment, digests[of] if of else MISSING))

    assert says in str(raised.value)


def test_without_a_repository_it_says_what_makes_one(environment: Environment) -> None:
    with pytest.raises(BadInputError, match="--only registry"):
        ensure_image(environment)
