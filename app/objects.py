"""Attachments' contents: in the data bucket. They do not pass through the service, which only signs for them."""

import asyncio
from urllib.parse import quote
from uuid import UUID

from app.aws import Aws
from app.resilience import Guard

URL_SECONDS = 5 * 60


def prefix_of(owner: str, note_id: int) -> str:
    """Under which the attachments of a note are."""
    return f"attachments/{owner}/{note_id}/"


def key_of(owner: str, note_id: int, attachment_id: UUID) -> str:
    """Where an attachment is. Nothing in it comes from the client."""
    return f"{prefix_of(owner, note_id)}{attachment_id}"


class Objects:
    """Signs URLs for single objects, and removes objects."""

    def __init__(self, aws: Aws, bucket: str) -> None:
        self.guard = Guard("objects", probe=self.probe)
        self._aws = aws
        self._bucket = bucket

    async def upload_url(self, key: str, *, content_type: str, size: int) -> str:
        """A URL to PUT exactly this many bytes of this type to."""
        return await self._sign("put_object", {"Key": key, "ContentType": content_type, "ContentLength": size})

    async def download_url(self, key: str, *, name: str) -> str:
        """A URL to GET the object from, which a browser saves under this name and does not show."""
        disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
        return await self._sign("get_object", {"Key": key, "ResponseContentDisposition": disposition})

    async def delete_under(self, prefix: str) -> None:
        """Remove all objects under a prefix: a thousand at most, which nobody gets to."""
        found = await self._aws.call(self.guard, self._aws.s3.list_objects_v2, Bucket=self._bucket, Prefix=prefix)
        objects = [{"Key": item["Key"]} for item in found.get("Contents", [])]
        if objects:
            removed = {"Objects": objects, "Quiet": True}
            await self._aws.call(self.guard, self._aws.s3.delete_objects, Bucket=self._bucket, Delete=removed)

    async def probe(self) -> None:
        """Ask whether the bucket is there."""
        await self._aws.probe(self.guard, self._aws.s3_probe.head_bucket, Bucket=self._bucket)

    async def _sign(self, operation: str, parameters: dict[str, object]) -> str:
        url: str = await asyncio.to_thread(
            self._aws.s3.generate_presigned_url,
            operation,
            Params={"Bucket": self._bucket, **parameters},
            ExpiresIn=URL_SECONDS,
        )
        return url
