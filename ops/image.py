"""Makes sure that the image is there before the service that runs it.

A service whose image is missing never becomes stable: its deployment waits, and fails in the end.
"""

import json

from botocore.exceptions import ClientError

from ops.account import Environment
from ops.errors import ImageMissingError, OpsError
from stacks.names import names_of

_PLATFORMS = {"ARM64": "linux/arm64", "X86_64": "linux/amd64"}
# A manifest of no layers: enough for the embedded AWS, which runs no container.
_PLACEHOLDER = {
    "schemaVersion": 2,
    "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "config": {
        "mediaType": "application/vnd.oci.empty.v1+json",
        "digest": "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
        "size": 2,
    },
    "layers": [],
}


def image_exists(environment: Environment) -> bool:
    """Whether the registry has the image that the settings name."""
    ecr = environment.session().client("ecr")
    repository, tag = _image(environment)
    try:
        ecr.describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])
    except ClientError as error:
        match error.response["Error"]["Code"]:
            case "ImageNotFoundException":
                return False
            case "RepositoryNotFoundException":
                raise OpsError(
                    f"There is no image repository {repository} yet.\n"
                    f"  Make it first: python -m ops deploy {environment.command_line} --only registry"
                ) from None
        raise
    return True


def ensure_image(environment: Environment) -> str | None:
    """Make sure that the image is there. On the embedded AWS a placeholder is published; what it says of that.

    Raises ImageMissingError, with the commands to run, where only a person can push it.
    """
    if image_exists(environment):
        return None
    if not environment.embedded:
        raise ImageMissingError(_instructions(environment))
    repository, tag = _image(environment)
    environment.session().client("ecr").put_image(
        repositoryName=repository,
        imageManifest=json.dumps(_PLACEHOLDER),
        imageManifestMediaType=str(_PLACEHOLDER["mediaType"]),
        imageTag=tag,
    )
    return f"published a placeholder as {repository}:{tag}; the embedded AWS runs no containers"


def _image(environment: Environment) -> tuple[str, str]:
    return names_of(environment.settings)("ecr", "service"), environment.settings.service.image_tag


def _instructions(environment: Environment) -> str:
    repository, tag = _image(environment)
    region = environment.settings.environment.region
    registry = f"{environment.account_id}.dkr.ecr.{region}.amazonaws.com"
    platform = _PLATFORMS[environment.settings.service.architecture]
    return (
        f"The image {repository}:{tag} is not in the registry yet, and the service would wait for it.\n"
        "Everything before the service is deployed. Build and push the image, then go on:\n\n"
        f"  aws ecr get-login-password --region {region} | "
        f"docker login --username AWS --password-stdin {registry}\n"
        f"  docker buildx build --platform {platform} --provenance=false --push "
        f"--tag {registry}/{repository}:{tag} app\n"
        f"  python -m ops deploy {environment.command_line}\n\n"
        f"Another tag? Set image_tag of [service] in environments/{environment.name}.toml."
    )
