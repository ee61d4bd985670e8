import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import boto3
import pytest
from moto import mock_aws

import emulator.services.ecr  # noqa: F401

# boto3 makes the calls of a client at run time: there is nothing to check them against.
Client = Any

MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json"
LAYER = {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "size": 1, "digest": f"sha256:{'0' * 64}"}


def manifest(size: int) -> str:
    """Return a manifest that differs from others in its configuration, not in its layers."""
    config = {"mediaType": "application/vnd.oci.image.config.v1+json", "size": size, "digest": LAYER["digest"]}
    return json.dumps({"schemaVersion": 2, "mediaType": MEDIA_TYPE, "config": config, "layers": [LAYER]})


@pytest.fixture
def ecr() -> Iterator[Client]:
    with mock_aws():
        client = boto3.client("ecr", region_name="us-east-1")
        client.create_repository(repositoryName="api", imageTagMutability="IMMUTABLE")
        yield client


def put(ecr: Client, size: int, tag: str) -> str:
    image = ecr.put_image(repositoryName="api", imageManifest=manifest(size), imageTag=tag)["image"]
    digest: str = image["imageId"]["imageDigest"]
    return digest


def test_the_digest_of_an_image_is_that_of_its_manifest(ecr: Client) -> None:
    digest = put(ecr, 1, "v1")
    assert digest == f"sha256:{sha256(manifest(1).encode()).hexdigest()}"
    for image_id in ({"imageTag": "v1"}, {"imageDigest": digest}):
        (found,) = ecr.describe_images(repositoryName="api", imageIds=[image_id])["imageDetails"]
        assert (found["imageDigest"], found["imageTags"]) == (digest, ["v1"])


def test_images_of_the_same_layers_are_two_images(ecr: Client) -> None:
    assert put(ecr, 1, "v1") != put(ecr, 2, "v2")
    assert len(ecr.describe_images(repositoryName="api")["imageDetails"]) == 2


def test_an_image_is_answered_under_the_tag_that_was_asked_for(ecr: Client) -> None:
    digest = put(ecr, 1, "v1")
    put(ecr, 1, "v2")
    asked = [{"imageTag": "v1"}, {"imageTag": "v2"}, {"imageTag": "v3"}]
    answer = ecr.batch_get_image(repositoryName="api", imageIds=asked)
    assert [image["imageId"] for image in answer["images"]] == [
        {"imageDigest": digest, "imageTag": "v1"},
        {"imageDigest": digest, "imageTag": "v2"},
    ]
    assert [failure["failureCode"] for failure in answer["failures"]] == ["ImageNotFound"]
