"""RDS: the Data API of provisioned Aurora clusters, which is opened and closed by calls of its own.

moto opens it for Serverless v1 alone, and answers statements whether it is open or not. Statements are not run.
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.html
"""

from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBCluster, RDSBackend, rds_backends
from moto.rds.responses import RDSResponse
from moto.rdsdata.models import QueryResults, RDSDataServiceBackend

from emulator.extension import extends

_execute_statement = RDSDataServiceBackend.execute_statement


def _cluster(backend: RDSBackend, arn: str) -> DBCluster:
    found = next((cluster for cluster in backend.clusters.values() if cluster.db_cluster_arn == arn), None)
    if found is None:
        raise RDSClientError("ResourceNotFoundFault", f"The resource {arn} was not found.")
    return found


@extends(RDSResponse)
class DataApiResponses(RDSResponse):
    """The calls that open and close it."""

    def enable_http_endpoint(self) -> ActionResult:
        """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_EnableHttpEndpoint.html."""
        return _set(self, enabled=True)

    def disable_http_endpoint(self) -> ActionResult:
        """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DisableHttpEndpoint.html."""
        return _set(self, enabled=False)


def _set(request: RDSResponse, *, enabled: bool) -> ActionResult:
    arn = request.params.get("ResourceArn")
    vars(_cluster(request.backend, arn))["_enable_http_endpoint"] = enabled
    return ActionResult({"ResourceArn": arn, "HttpEndpointEnabled": enabled})


@extends(RDSDataServiceBackend)
class OpenDataApi(RDSDataServiceBackend):
    """Statements, where the cluster's Data API is open."""

    def execute_statement(self, resource_arn: str, sql: str) -> QueryResults:
        """https://docs.aws.amazon.com/rdsdataservice/latest/APIReference/API_ExecuteStatement.html."""
        cluster: Any = _cluster(rds_backends[self.account_id][self.region_name], resource_arn)
        if not cluster.http_endpoint_enabled:
            message = f"HttpEndpoint is not enabled for resource {resource_arn}."
            raise JsonRESTError("HttpEndpointNotEnabledException", message)
        return _execute_statement(self, resource_arn, sql)
