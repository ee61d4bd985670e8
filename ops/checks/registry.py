"""Checks of the image registry."""

import json
from typing import Any

from ops.checks.deployed import Deployed
from ops.checks.framework import check, only, require, same


def _repository(aws: Deployed) -> dict[str, Any]:
    name = aws.names("ecr", "service")
    found = aws.ask("ecr", "describe_repositories", repositoryNames=[name])["repositories"]
    return dict(only(name, found))


@check("APP-5", "ENV-8")
def images_are_encrypted(aws: Deployed) -> None:
    """Images are encrypted with the environment's own key."""
    encryption = _repository(aws)["encryptionConfiguration"]
    same("encryption of images", encryption["encryptionType"], "KMS")
    same("its key", encryption.get("kmsKey"), aws.key_arn("registry"))


@check("APP-5")
def tags_never_change_their_image(aws: Deployed) -> None:
    """A tag that was deployed cannot be made to mean another image, and images are scanned when they arrive."""
    repository = _repository(aws)
    same("tags of images are", repository["imageTagMutability"], "IMMUTABLE")
    require(repository["imageScanningConfiguration"]["scanOnPush"], "images are not scanned")


@check("APP-5", "COST-1")
def old_images_expire(aws: Deployed) -> None:
    """Images that nobody needs any more expire."""
    answer = aws.ask("ecr", "get_lifecycle_policy", repositoryName=aws.names("ecr", "service"))
    rules = json.loads(answer["lifecyclePolicyText"])["rules"]
    require(any(rule["selection"]["tagStatus"] == "untagged" for rule in rules), "untagged images stay for ever")


@check("APP-5")
def image_is_there(aws: Deployed) -> None:
    """The image that the settings name is in the registry."""
    tag = aws.settings.service.image_tag
    arguments = {"repositoryName": aws.names("ecr", "service"), "imageIds": [{"imageTag": tag}]}
    only(f"images with the tag {tag}", aws.ask("ecr", "describe_images", **arguments)["imageDetails"])
