"""ECR: images by the digest of their manifest, and by the tag that was asked for."""

from copy import copy
from hashlib import sha256
from typing import Any

from moto.ecr.models import ECRBackend, Image

from emulator.extension import extends

_batch_get_image = ECRBackend.batch_get_image


@extends(Image)
class AddressableImage(Image):
    """An image whose digest is that of its manifest, as every client of a registry computes it.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageIdentifier.html
    """

    def _create_digest(self) -> None:
        self._image_digest = f"sha256:{sha256(self.image_manifest.encode()).hexdigest()}"


@extends(ECRBackend)
class TaggedImages(ECRBackend):
    """Images that have several tags."""

    def batch_get_image(
        self,
        repository_name: str,
        registry_id: str | None = None,
        image_ids: list[dict[str, Any]] | None = None,
    ) -> dict[str, Any]:
        """Answer each image under the tag it was asked by, not under its newest.

        https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html
        """
        if not image_ids:
            return _batch_get_image(self, repository_name, registry_id, image_ids)
        answer: dict[str, list[Any]] = {"images": [], "failures": []}
        for image_id in image_ids:
            found = _batch_get_image(self, repository_name, registry_id, [image_id])
            answer["failures"] += found["failures"]
            for image in found["images"]:
                asked = copy(image)
                asked.image_tag = image_id.get("imageTag", image.image_tag)
                answer["images"].append(asked)
        return answer
