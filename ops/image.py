"""Makes sure that the image is there before the service that runs it.

A service whose image is missing never becomes stable: its deployment waits, and fails in the end.
"""

import json

from ops.account import Environment
from ops.errors import BadInputError, ImageMissingError
from ops.images.registry import Image, Repository

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


def find_image(environment: Environment) -> Image | None:
    """The image that the settings name, in the registry.

    Raises BadInputError where they name two: a tag, and the digest of another image.
    """
    repository, service = Repository(environment), environment.settings.service
    tagged = repository.tagged(service.image_tag)
    # What the embedded AWS has is a placeholder, with a digest of its own.
    if service.image_digest is None or environment.embedded:
        return tagged
    if tagged is None and repository.digested(service.image_digest) is None:
        return None
    if tagged is None or tagged.digest != service.image_digest:
        is_there = f"that is {tagged.digest}" if tagged else "no image has that tag"
        raise BadInputError(
            f"[service] of environments/{environment.name}.toml names two images:\n"
            f'  image_tag = "{service.image_tag}": {is_there}\n'
            f'  image_digest = "{service.image_digest}": {_told(repository.digested(service.image_digest))}\n'
            "  Set the digest that belongs to the tag, or leave it out."
        )
    return tagged


def ensure_image(environment: Environment) -> str | None:
    """Make sure that the image is there. On the embedded AWS a placeholder is published; what it says of that.

    Raises ImageMissingError, with the commands to run, where only a person can push it.
    """
    if find_image(environment):
        return None
    if not environment.embedded:
        raise ImageMissingError(_instructions(environment))
    repository, tag = Repository(environment).name, environment.settings.service.image_tag
    environment.session().client("ecr").put_image(
        repositoryName=repository,
        imageManifest=json.dumps(_PLACEHOLDER),
        imageManifestMediaType=str(_PLACEHOLDER["mediaType"]),
        imageTag=tag,
    )
    return f"published a placeholder as {repository}:{tag}; the embedded AWS runs no containers"


def _told(image: Image | None) -> str:
    if image is None:
        return "is not in the registry"
    return f"has the tag {', '.join(image.tags)}" if image.tags else "has no tag"


def _instructions(environment: Environment) -> str:
    repository, service = Repository(environment), environment.settings.service
    digest = f" ({service.image_digest})" if service.image_digest else ""
    return (
        f"The image {repository.name}:{service.image_tag}{digest} is not in the registry yet, and the service would "
        "wait for it.\n"
        "Everything before the service is deployed. Build and push the image, then go on:\n\n"
        f"  python -m ops image build {environment.command_line}\n"
        f"  python -m ops image push {environment.command_line}\n"
        f"  python -m ops deploy {environment.command_line}\n\n"
        f"Another tag? Set image_tag of [service] in environments/{environment.name}.toml."
    )
