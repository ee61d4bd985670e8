"""What an account is assumed to have before an environment is deployed to it, made on the embedded AWS.

On a real account these are a person's business: a certificate is validated by whoever owns the domain.
"""

from ops.account import Environment


def ensure_assumed(environment: Environment) -> list[str]:
    """Make what is missing on the embedded AWS. What was made."""
    made = [_ensure_certificate(environment), _ensure_hosted_zone(environment)]
    return [what for what in made if what]


def _ensure_certificate(environment: Environment) -> str | None:
    domain = environment.settings.service.certificate
    acm = environment.session().client("acm")
    if domain.startswith("arn:"):
        return None
    pages = acm.get_paginator("list_certificates").paginate()
    if any(summary["DomainName"] == domain for page in pages for summary in page["CertificateSummaryList"]):
        return None
    acm.request_certificate(DomainName=domain, ValidationMethod="DNS")
    return f"certificate for {domain}"


def _ensure_hosted_zone(environment: Environment) -> str | None:
    zone = environment.settings.service.hosted_zone
    if zone is None:
        return None
    route53 = environment.session().client("route53")
    zones = route53.list_hosted_zones_by_name(DNSName=zone)["HostedZones"]
    if any(found["Name"].rstrip(".") == zone for found in zones):
        return None
    route53.create_hosted_zone(Name=zone, CallerReference=environment.suffix)
    return f"hosted zone {zone}"
