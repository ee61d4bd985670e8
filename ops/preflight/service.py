"""What the service and the database need of the account: a certificate, an engine, zones, an image."""

from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from ops.checks.deployed import Deployed
from ops.preflight.finding import Answer, failure, note, ok, warning

_SOON = timedelta(days=30)
_ROLES = {
    "AWSServiceRoleForApplicationAutoScaling_ECSService": "ecs.application-autoscaling.amazonaws.com",
    "AWSServiceRoleForECS": "ecs.amazonaws.com",
    "AWSServiceRoleForElasticLoadBalancing": "elasticloadbalancing.amazonaws.com",
    "AWSServiceRoleForRDS": "rds.amazonaws.com",
}


def certificate(account: Deployed) -> Answer:
    """Whether the certificate is issued, stays valid, and is for the domain."""
    wanted = account.settings.service.certificate
    found = _find_certificate(account, wanted)
    if found is None:
        return failure(
            f"there is no certificate for {wanted} in {account.region}",
            f"Request it: aws acm request-certificate --region {account.region} --domain-name {wanted} "
            "--validation-method DNS, and add the record that it asks for.",
        )
    if found["Status"] != "ISSUED":
        return failure(
            f"the certificate for {wanted} is {found['Status']}, not ISSUED",
            "Add its validation records to DNS: "
            f"aws acm describe-certificate --certificate-arn {found['CertificateArn']}",
        )
    return [_validity(found), *_coverage(account, found)]


def engine(account: Deployed) -> Answer:
    """Whether AWS still offers the engine version, as Serverless v2, in the zones of the instances."""
    database, zones = account.settings.database, account.settings.network.zones
    version = {"Engine": "aurora-postgresql", "EngineVersion": database.engine_version}
    if not account.listed("rds", "describe_db_engine_versions", "DBEngineVersions", **version):
        offered = account.listed("rds", "describe_db_engine_versions", "DBEngineVersions", Engine="aurora-postgresql")
        others = [one["EngineVersion"] for one in offered if one["EngineVersion"].startswith("15.")]
        return failure(
            f"AWS does not offer Aurora PostgreSQL {database.engine_version} any more",
            f"Set engine_version of [database] to one of {', '.join(others) or 'those that it offers'}.",
        )
    options = account.listed(
        "rds",
        "describe_orderable_db_instance_options",
        "OrderableDBInstanceOptions",
        DBInstanceClass="db.serverless",
        **version,
    )
    orderable = {zone["Name"] for option in options for zone in option["AvailabilityZones"]}
    missing = [zone for zone in zones[: database.instances] if zone not in orderable]
    if missing:
        return failure(
            f"Serverless v2 of {database.engine_version} cannot be had in {', '.join(missing)}",
            f"Put zones first in zones of [network] that have it: {', '.join(sorted(orderable)) or 'none has'}.",
        )
    return ok(f"Aurora PostgreSQL {database.engine_version} can be had as Serverless v2 in {', '.join(zones)}")


def zones(account: Deployed) -> Answer:
    """Whether the account has the zones."""
    wanted = account.settings.network.zones
    every = account.listed("ec2", "describe_availability_zones", "AvailabilityZones")
    available = [zone["ZoneName"] for zone in every if zone["State"] == "available"]
    missing = [zone for zone in wanted if zone not in available]
    if missing:
        return failure(
            f"this account has no zone {', '.join(missing)}",
            f"Set zones of [network] to three of {', '.join(available)}.",
        )
    return ok(", ".join(wanted))


def hosted_zone(account: Deployed) -> Answer:
    """Whether the hosted zone that the settings name is there."""
    wanted = account.settings.service.hosted_zone
    if wanted is None:
        return ok("the settings name no domain: visitors use the load balancer's own name")
    found = account.ask("route53", "list_hosted_zones_by_name", DNSName=wanted)["HostedZones"]
    public = [zone for zone in found if zone["Name"].rstrip(".") == wanted and not zone["Config"]["PrivateZone"]]
    if not public:
        return failure(
            f"there is no public hosted zone {wanted}",
            "Make it in Route 53, or take hosted_zone and domain out of [service].",
        )
    return ok(f"hosted zone {wanted}")


def image(account: Deployed) -> Answer:
    """Whether the image is in the registry, where there is one yet."""
    repository, tag = account.names("ecr", "service"), account.settings.service.image_tag
    try:
        account.ask("ecr", "describe_images", repositoryName=repository, imageIds=[{"imageTag": tag}])
    except ClientError as error:
        match error.response["Error"]["Code"]:
            case "RepositoryNotFoundException":
                return note(f"the registry comes with the first deployment, which then waits for {repository}:{tag}")
            case "ImageNotFoundException":
                return warning(
                    f"{repository}:{tag} is not in the registry",
                    "Push it; a deployment stops before the service until it is there, and says how.",
                )
        raise
    return ok(f"{repository}:{tag} is in the registry")


def service_linked_roles(account: Deployed) -> Answer:
    """Whether AWS has the roles in this account that its services act with; at first use it makes them by itself."""
    missing = [name for name in _ROLES if not _has_role(account, name)]
    if not missing:
        return ok("the roles that AWS's services act with are there")
    return note(
        f"AWS will make {', '.join(missing)} at first use",
        "Who deploys needs iam:CreateServiceLinkedRole for "
        f"{', '.join(_ROLES[name] for name in missing)}; or make them: aws iam create-service-linked-role.",
    )


def _find_certificate(account: Deployed, wanted: str) -> dict[str, Any] | None:
    """The certificate by its ARN or, like the load balancer's, the newest of a domain, those that are issued first."""
    if wanted.startswith("arn:"):
        arns = [wanted]
    else:
        every = account.listed("acm", "list_certificates", "CertificateSummaryList")
        arns = [one["CertificateArn"] for one in every if one["DomainName"] == wanted]
    try:
        found = [account.ask("acm", "describe_certificate", CertificateArn=arn)["Certificate"] for arn in arns]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
    return max(found, key=lambda one: (one["Status"] == "ISSUED", _expiry(one)), default=None)


def _expiry(found: dict[str, Any]) -> datetime:
    expiry: datetime = found.get("NotAfter", datetime.max.replace(tzinfo=UTC))
    return expiry


def _validity(found: dict[str, Any]) -> tuple[Any, str, str]:
    left = _expiry(found) - datetime.now(UTC)
    renews = found.get("Type") == "AMAZON_ISSUED"
    if left < timedelta():
        return failure(f"the certificate for {found['DomainName']} has expired", "Renew it, or name another one.")
    if left < _SOON:
        what = "ACM should have renewed it by now: are its validation records still in DNS?" if renews else "Renew it."
        return warning(f"the certificate for {found['DomainName']} expires in {left.days} days", what)
    return ok(f"the certificate for {found['DomainName']} is issued and valid for {min(left.days, 9999)} days")


def _coverage(account: Deployed, found: dict[str, Any]) -> list[tuple[Any, str, str]]:
    domain = account.settings.service.domain
    names = [found["DomainName"], *found.get("SubjectAlternativeNames", [])]
    if domain is None or any(covers(name, domain) for name in names):
        return []
    return [
        failure(
            f"the certificate is for {', '.join(dict.fromkeys(names))}, not for {domain}",
            "Visitors' browsers would refuse it: name a certificate for the domain in [service].",
        )
    ]


def covers(name: str, domain: str) -> bool:
    """Whether a certificate's name is for a domain; a wildcard stands for one label."""
    if name.startswith("*."):
        return domain.partition(".")[2] == name.removeprefix("*.")
    return name == domain


def _has_role(account: Deployed, name: str) -> bool:
    try:
        account.ask("iam", "get_role", RoleName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchEntity":
            return False
        raise
    return True
