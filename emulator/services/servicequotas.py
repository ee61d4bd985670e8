"""Service Quotas: AWS's defaults for more services than the VPC, listed and asked for one by one."""

import json
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.servicequotas.models import ServiceQuotasBackend
from moto.servicequotas.resources.default_quotas.vpc import VPC_DEFAULT_QUOTAS
from moto.servicequotas.responses import ServiceQuotasResponse

from emulator.extension import extends

_Quota = dict[str, Any]

_SERVICES = {
    "ec2": "Amazon Elastic Compute Cloud (Amazon EC2)",
    "elasticloadbalancing": "Elastic Load Balancing (ELB)",
    "fargate": "AWS Fargate",
    "rds": "Amazon Relational Database Service (Amazon RDS)",
    "vpc": "Amazon Virtual Private Cloud (Amazon VPC)",
}

_VPC: list[_Quota] = VPC_DEFAULT_QUOTAS

# https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html, a page for each service.
_DEFAULTS: list[tuple[str, str, str, float]] = [
    ("ec2", "L-0263D0A3", "EC2-VPC Elastic IPs", 5.0),
    ("elasticloadbalancing", "L-53DA6B97", "Application Load Balancers per Region", 50.0),
    ("fargate", "L-3032A538", "Fargate On-Demand vCPU resource count", 6.0),
    ("rds", "L-952B80B8", "DB clusters", 40.0),
    ("rds", "L-7B6409FD", "DB instances", 40.0),
    *(("vpc", q["QuotaCode"], q["QuotaName"], q["Value"]) for q in _VPC),
]
_FIXED = {q["QuotaCode"] for q in _VPC if not q["Adjustable"]}


class NoSuchResourceError(JsonRESTError):
    """https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html."""

    def __init__(self) -> None:
        super().__init__("NoSuchResourceException", "The specified resource does not exist.")


@extends(ServiceQuotasBackend)
class DefaultQuotas(ServiceQuotasBackend):
    """The quotas of an account that never asked for an increase."""

    def _quotas(self, service_code: str, account: str) -> list[_Quota]:
        if service_code not in _SERVICES:
            raise NoSuchResourceError
        return [
            {
                "ServiceCode": service,
                "ServiceName": _SERVICES[service],
                "QuotaArn": f"arn:{self.partition}:servicequotas:{self.region_name}:{account}:{service}/{code}",
                "QuotaCode": code,
                "QuotaName": name,
                "Value": value,
                "Unit": "None",
                "Adjustable": code not in _FIXED,
                "GlobalQuota": False,
            }
            for service, code, name, value in _DEFAULTS
            if service == service_code
        ]

    def list_aws_default_service_quotas(self, service_code: str) -> list[_Quota]:
        """https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListAWSDefaultServiceQuotas.html."""
        return self._quotas(service_code, "")

    def list_service_quotas(self, service_code: str) -> list[_Quota]:
        """https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListServiceQuotas.html."""
        return self._quotas(service_code, self.account_id)

    def get_service_quota(self, service_code: str, quota_code: str) -> _Quota:
        """https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html."""
        return _of_code(self.list_service_quotas(service_code), quota_code)

    def get_aws_default_service_quota(self, service_code: str, quota_code: str) -> _Quota:
        """https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetAWSDefaultServiceQuota.html."""
        return _of_code(self.list_aws_default_service_quotas(service_code), quota_code)


def _of_code(quotas: list[_Quota], code: str) -> _Quota:
    for quota in quotas:
        if quota["QuotaCode"] == code:
            return quota
    raise NoSuchResourceError


@extends(ServiceQuotasResponse)
class QuotaCalls(ServiceQuotasResponse):
    """https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_Operations.html."""

    @property
    def _defaults(self) -> DefaultQuotas:
        return self.backend  # type: ignore[return-value]

    def list_service_quotas(self) -> str:
        """https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListServiceQuotas.html."""
        request = json.loads(self.body)
        return json.dumps({"Quotas": self._defaults.list_service_quotas(request["ServiceCode"])})

    def get_aws_default_service_quota(self) -> str:
        """https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetAWSDefaultServiceQuota.html."""
        request = json.loads(self.body)
        quota = self._defaults.get_aws_default_service_quota(request["ServiceCode"], request["QuotaCode"])
        return json.dumps({"Quota": quota})
