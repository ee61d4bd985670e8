"""What is in an environment's image repository, and how to sign in to it."""

import base64
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from ops.account import Environment
from ops.errors import BadInputError
from stacks.names import names_of


@dataclass(frozen=True)
class Image:
    """An image in the repository."""

    digest: str
    tags: tuple[str, ...]
    pushed: datetime


@dataclass(frozen=True)
class SignIn:
    """What a tool signs in with. It is good for twelve hours."""

    username: str
    password: str

    def __repr__(self) -> str:
        """Without the password: this may end up in a traceback."""
        return f"SignIn({self.username!r}, ***)"


@dataclass(frozen=True)
class Repository:
    """The repository of an environment. Every question raises BadInputError where it does not exist yet."""

    environment: Environment

    @property
    def name(self) -> str:
        """The repository's name."""
        return names_of(self.environment.settings)("ecr", "service")

    @property
    def registry(self) -> str:
        """The host that images are pushed to."""
        return f"{self.environment.account_id}.dkr.ecr.{self.environment.settings.environment.region}.amazonaws.com"

    @property
    def image(self) -> str:
        """The image that the settings name, as tools know it."""
        return f"{self.registry}/{self.name}:{self.environment.settings.service.image_tag}"

    def tagged(self, tag: str) -> Image | None:
        """The image with a tag."""
        return self._find({"imageTag": tag})

    def digested(self, digest: str) -> Image | None:
        """The image with a digest."""
        return self._find({"imageDigest": digest})

    def tags(self) -> set[str]:
        """Every tag that is taken."""
        pages = self._ecr.get_paginator("describe_images").paginate(repositoryName=self.name)
        return {tag for page in pages for image in page["imageDetails"] for tag in image.get("imageTags", [])}

    def sign_in(self) -> SignIn:
        """A password of twelve hours."""
        (authorization,) = self._ecr.get_authorization_token()["authorizationData"]
        username, _, password = base64.b64decode(authorization["authorizationToken"]).decode().partition(":")
        return SignIn(username=username, password=password)

    @cached_property
    def _ecr(self) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
        return self.environment.session().client("ecr")

    def _find(self, identifier: dict[str, str]) -> Image | None:
        try:
            (found,) = self._ecr.describe_images(repositoryName=self.name, imageIds=[identifier])["imageDetails"]
        except ClientError as error:
            match error.response["Error"]["Code"]:
                case "ImageNotFoundException":
                    return None
                case "RepositoryNotFoundException":
                    raise BadInputError(
                        f"There is no image repository {self.name} yet.\n"
                        f"  Make it first: python -m ops deploy {self.environment.command_line} --only registry"
                    ) from None
            raise
        return Image(digest=found["imageDigest"], tags=tuple(found.get("imageTags", ())), pushed=found["imagePushedAt"])
