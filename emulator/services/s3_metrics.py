"""S3: the request metrics of a bucket, which moto mistakes for a listing, and their removal for the bucket's own."""

from typing import Any
from xml.etree import ElementTree as ET

from moto.core.common_types import TYPE_RESPONSE
from moto.s3.exceptions import BucketError
from moto.s3.responses import S3Response

from emulator.extension import extends

_get = S3Response._bucket_response_get  # noqa: SLF001 - the methods extended
_put = S3Response._bucket_response_put  # noqa: SLF001
_delete = S3Response._bucket_response_delete  # noqa: SLF001

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_XML = {"Content-Type": "application/xml"}


class NoSuchConfigurationError(BucketError):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html."""

    code = "NoSuchConfiguration"

    def __init__(self, bucket: str) -> None:
        super().__init__("The specified configuration does not exist.")
        self.bucket_name = bucket


@extends(S3Response)
class BucketMetrics(S3Response):
    """The calls about the request metrics of a bucket, each under a name that the caller chooses."""

    def _metrics(self, bucket_name: str) -> dict[str, str]:
        """The configurations as they were put, by their names."""
        found: dict[str, str] = self.backend.get_bucket(bucket_name).__dict__.setdefault("metrics", {})
        return found

    def _bucket_response_put(
        self,
        request: Any,  # noqa: ANN401 - moto's own
        bucket_name: str,
        querystring: dict[str, Any],
    ) -> str | TYPE_RESPONSE:
        """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketMetricsConfiguration.html."""
        if "metrics" not in querystring:
            return _put(self, request, bucket_name, querystring)
        self._metrics(bucket_name)[querystring["id"][0]] = (
            self.body if isinstance(self.body, str) else self.body.decode()
        )
        return 200, {}, ""

    def _bucket_response_get(self, bucket_name: str, querystring: dict[str, Any]) -> str | TYPE_RESPONSE:
        """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketMetricsConfiguration.html and its list."""
        if "metrics" not in querystring:
            return _get(self, bucket_name, querystring)
        metrics = self._metrics(bucket_name)
        if "id" not in querystring:
            return 200, _XML, _listed(list(metrics.values()))
        if querystring["id"][0] not in metrics:
            raise NoSuchConfigurationError(bucket_name)
        return 200, _XML, metrics[querystring["id"][0]]

    def _bucket_response_delete(self, bucket_name: str, querystring: dict[str, Any]) -> TYPE_RESPONSE:
        """https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketMetricsConfiguration.html."""
        if "metrics" not in querystring:
            return _delete(self, bucket_name, querystring)
        if self._metrics(bucket_name).pop(querystring["id"][0], None) is None:
            raise NoSuchConfigurationError(bucket_name)
        return 204, {}, ""


def _listed(configurations: list[str]) -> str:
    root = ET.Element("ListMetricsConfigurationsResult", xmlns=_NAMESPACE)
    ET.SubElement(root, "IsTruncated").text = "false"
    for put in configurations:
        # Without its namespace, which the root states: an element that names it again gets a prefix.
        root.append(ET.fromstring(put.replace(f' xmlns="{_NAMESPACE}"', "")))  # noqa: S314 - of our own client
    return ET.tostring(root, encoding="unicode")
