"""The image: what it is made of, whom it runs as, and whom it trusts."""

import datetime as dt
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

# isort: split

import stacks.bindings  # noqa: F401 - first, so that the import below is cheap

# isort: split

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from app.server import KEEP_ALIVE_SECONDS
from app.settings import CA_FILE, STOP_SECONDS
from stacks.task import STOP_TIMEOUT_SECONDS, UNPRIVILEGED
from tests.app.process import Process

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"
DOCKERFILE = (APP / "Dockerfile").read_text(encoding="utf-8")
PINNED = re.compile(r"^([a-z0-9-]+)==([^\s;]+)", re.MULTILINE)

FINGERPRINTS = {
    "Amazon RDS us-east-1 Root CA RSA2048 G1": "e4ce41d069f4bdcdb714259058961ee42ed18cf2bf627a3d647aff25437d4b68",
    "Amazon RDS us-east-1 Root CA RSA4096 G1": "1c753cf0334ff82a47e0d3205839c8549b7d9a8a3d9a685cccecc80f82fe97e6",
    "Amazon RDS us-east-1 Root CA ECC384 G1": "82d99e9e409703044c3f886f87a0408c96cd74dee2c9ba920e6553a32e372539",
}


def pins(file: Path) -> dict[str, str]:
    return dict(PINNED.findall(file.read_text(encoding="utf-8")))


@pytest.mark.requirement("APP-3")
def test_the_image_runs_as_the_user_that_the_task_definition_names() -> None:
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE) == [UNPRIVILEGED]


@pytest.mark.requirement("APP-3")
def test_a_task_has_ended_by_itself_before_ecs_kills_it() -> None:
    assert STOP_SECONDS + 5 < STOP_TIMEOUT_SECONDS


def test_the_service_keeps_idle_connections_for_longer_than_the_load_balancer() -> None:
    assert KEEP_ALIVE_SECONDS > 60


def test_the_image_is_made_of_a_named_version_and_of_wheels_alone() -> None:
    images = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert images
    assert all(re.fullmatch(r"python:3\.13\.\d+-slim-[a-z]+", image) for image in images)
    assert "--only-binary :all:" in DOCKERFILE


def test_the_images_own_check_finds_out_whether_the_service_answers(service: Process, closed_port: str) -> None:
    [shown] = re.findall(r"^HEALTHCHECK .*?CMD (\[.*?\])$", DOCKERFILE, re.MULTILINE | re.DOTALL)
    python, *arguments = json.loads(shown.replace("\\\n", ""))
    assert python == "python"

    def check(port: str) -> int:
        variables = {**os.environ, "PORT": port, "PROTOCOL": service.protocol}
        return subprocess.run([sys.executable, *arguments], env=variables, capture_output=True, check=False).returncode

    assert check(str(service.port)) == 0
    assert check(closed_port) != 0


def test_what_the_service_needs_is_pinned_to_what_it_is_tested_with() -> None:
    ours, projects = pins(APP / "requirements.txt"), pins(ROOT / "requirements.txt")
    assert {
        "boto3",
        "cryptography",
        "fastapi",
        "gunicorn",
        "psycopg",
        "psycopg-binary",
        "psycopg-pool",
        "uvicorn",
    } <= ours.keys()
    different = {
        name: (ours[name], projects[name]) for name in ours.keys() & projects.keys() if ours[name] != projects[name]
    }
    assert not different


def test_the_database_is_trusted_by_amazons_own_authorities_alone() -> None:
    certificates = x509.load_pem_x509_certificates(CA_FILE.read_bytes())
    found = {}
    for certificate in certificates:
        [name] = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        [organization] = certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
        found[name.value] = certificate.fingerprint(hashes.SHA256()).hex()
        assert organization.value == "Amazon Web Services, Inc."
        assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        certificate.verify_directly_issued_by(certificate)
        assert certificate.not_valid_after_utc > dt.datetime.now(dt.UTC) + dt.timedelta(days=3653)
    assert found == FINGERPRINTS
