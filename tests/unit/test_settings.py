"""Settings: what AWS would refuse later is refused at once, with the key, what is wrong, and what would be right."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import main
from stacks.rules import MAX_SUFFIX
from stacks.settings import AcceptedRisk, Settings
from stacks.settings_file import ENVIRONMENTS, SettingsError, load_settings

VALID = """
[environment]
suffix = "prod"
account_id = "111122223333"
project = "shop"
owner = "platform@example.com"
cost_center = "cc-1"
[alerting]
emails = ["one@example.com", "two@example.com"]
[service]
certificate = "app.example.com"
"""

# A section, a line in it, and the words that have to be in what is said about it.
REFUSED = [
    ("environment", 'suffix = ""', "suffix"),
    ("environment", 'suffix = "Prod"', "lower-case"),
    ("environment", 'suffix = "a--b"', "single hyphens"),
    ("environment", 'suffix = "-a"', "hyphen at either end"),
    ("environment", f'suffix = "{"a" * (MAX_SUFFIX + 1)}"', "32 characters"),
    ("environment", 'account_id = "1234"', "12 digits"),
    ("environment", "account_id = 111122223333", "string"),
    ("environment", 'region = "eu-west-1"', "us-east-1 only"),
    ("environment", 'owner = ""', "1 to 256"),
    ("environment", 'runbooks = "http://example.com"', "https"),
    ("environment", 'sufix = "x"', "did you mean 'suffix'"),
    ("alerting", "emails = []", "at least two"),
    ("alerting", 'emails = ["one@example.com"]', "at least two"),
    ("alerting", 'emails = ["one@example.com", "ONE@example.com"]', "twice"),
    ("alerting", 'emails = ["one@example.com", "two"]', "'two' is not an e-mail address"),
    ("alerting", 'emails = "one@example.com"', "list"),
    ("network", 'cidr = "10.0.0.0"', "/32 does not fit"),
    ("network", 'cidr = "10.0.0.0/33"', "not an IPv4 range"),
    ("network", 'cidr = "10.0.0.1/16"', "not an IPv4 range"),
    ("network", 'cidr = "10.0.0.0/21"', "/21 does not fit"),
    ("network", 'cidr = "10.0.0.0/8"', "/8 does not fit"),
    ("network", 'cidr = "8.8.0.0/16"', "not within"),
    ("network", 'cidr = "10.1.0.0/16"\nreserved_cidrs = ["10.0.0.0/8"]', "overlaps 10.0.0.0/8"),
    ("network", 'reserved_cidrs = ["nonsense"]', "not an IPv4 range"),
    ("network", 'zones = ["us-east-1a", "us-east-1b"]', "three different zones"),
    ("network", 'zones = ["us-east-1a", "us-east-1a", "us-east-1b"]', "three different zones"),
    ("database", 'engine_version = "15.3"', "withdrawn 15.3"),
    ("database", 'engine_version = "15.5"', "withdrawn 15.5"),
    ("database", 'engine_version = "16.1"', "PostgreSQL 15"),
    ("database", "engine_version = 15.6", "string"),
    ("database", "min_capacity = 0.3", "min_capacity"),
    ("database", "min_capacity = 4\nmax_capacity = 2", "below min_capacity, which is 4"),
    ("database", "max_capacity = 300", "max_capacity"),
    ("database", "instances = 1", "greater than or equal to 2"),
    ("database", "backup_retention_days = 14", "exactly 7 days"),
    ("database", 'master_username = "postgres"', "reserved"),
    ("service", 'certificate = "nonsense"', "neither the ARN"),
    ("service", 'certificate = "arn:aws:acm:eu-west-1:111122223333:certificate/x"', "neither the ARN"),
    ("service", "cpu = 300", "256"),
    ("service", "cpu = 256\nmemory = 8192", "no task of 256 cpu units with 8192 MiB"),
    ("service", "min_tasks = 1", "greater than or equal to 2"),
    ("service", "min_tasks = 5\nmax_tasks = 4", "below min_tasks, which is 5"),
    ("service", 'target_protocol = "TCP"', "HTTPS"),
    ("service", "container_port = 80", "1024"),
    ("service", 'health_check_path = "healthz"', "starts with /"),
    ("service", 'waf = "yes"', "boolean"),
    ("service", "cpu = 2048\nmemory = 2048", "no task of 2048 cpu units with 2048 MiB"),
    ("service", "cpu = 4096\nmemory = 31744", "no task of 4096 cpu units with 31744 MiB"),
    ("service", 'hosted_zone = "example.com"', "go together"),
    ("service", 'domain = "app.example.com"', "go together"),
    ("service", 'hosted_zone = "example.com"\ndomain = "app.other.com"', "not in the hosted zone"),
    ("backup", "retention_days = 8", "exactly 7 days"),
    ("backup", 'schedule = "rate(7 days)"', "every day"),
    ("backup", 'schedule = "cron(99 5 * * ? *)"', "minutes 0-59"),
    ("backup", 'schedule = "cron(0 24 * * ? *)"', "hours 0-23"),
    ("service", 'hosted_zone = "example.com"\ndomain = "*.example.com"', "not a domain name"),
    ("backup", 'schedule = "cron(0 5 ? * MON *)"', "every day"),
    ("monitoring", "monthly_budget_usd = 0", "greater than or equal to 1"),
]


def write(folder: Path, text: str) -> Path:
    environments = folder / "environments"
    environments.mkdir(exist_ok=True)
    (environments / "prod.toml").write_text(text, encoding="utf-8")
    return environments


def with_line(section: str, line: str) -> str:
    """The valid file with keys of a section replaced or added."""
    keys = [part.partition(" = ")[0] for part in line.splitlines()]
    kept = "\n".join(part for part in VALID.splitlines() if part.partition(" = ")[0] not in keys)
    header = f"[{section}]"
    return kept.replace(header, f"{header}\n{line}") if header in kept else f"{kept}\n{header}\n{line}"


@pytest.mark.requirement("ENV-1", "ENV-2", "OBS-1", "DB-1", "DB-5", "BK-1", "APP-2")
@pytest.mark.parametrize(("section", "line", "said"), REFUSED)
def test_what_aws_would_refuse_is_refused_at_once(tmp_path: Path, section: str, line: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings("prod", folder=write(tmp_path, with_line(section, line)))
    message = str(refused.value)
    assert "environments/prod.toml" in message
    assert f"[{section}]" in message
    assert said in message
    if "did you mean" not in said and "go together" not in said:
        assert "for example:" in message


@pytest.mark.requirement("DB-1", "APP-1", "APP-3")
@pytest.mark.parametrize(
    ("section", "line", "said"),
    [
        ("network", 'reserved_cidrs = ["10.20.0.0/16"]', "overlaps"),
        ("database", "min_capacity = 16", "below min_capacity"),
        ("service", "min_tasks = 20", "below min_tasks"),
        ("service", "cpu = 4096", "no task of 4096"),
    ],
)
def test_what_does_not_go_with_a_default_is_refused_too(tmp_path: Path, section: str, line: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load_settings("prod", folder=write(tmp_path, with_line(section, line)))


@pytest.mark.parametrize("key", ["suffix", "account_id", "project", "owner", "cost_center", "emails", "certificate"])
def test_a_missing_key_is_named_with_an_example(tmp_path: Path, key: str) -> None:
    text = "\n".join(line for line in VALID.splitlines() if not line.startswith(f"{key} ="))
    with pytest.raises(SettingsError, match=rf"{key}: is missing\n +for example: {key} = "):
        load_settings("prod", folder=write(tmp_path, text))


@pytest.mark.parametrize(
    ("section", "line"),
    [
        ("database", "min_capacity = 9\nmax_capacity = 8"),
        ("service", "min_tasks = 20"),
        ("service", "cpu = 4096"),
        ("network", 'reserved_cidrs = ["10.0.0.0/8"]'),
    ],
)
def test_what_is_shown_as_right_is_right(tmp_path: Path, section: str, line: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings("prod", folder=write(tmp_path, with_line(section, line)))
    example = str(refused.value).partition("for example: ")[2]
    key = example.partition(" = ")[0]
    kept = "\n".join(part for part in line.splitlines() if part.partition(" = ")[0] != key)
    load_settings("prod", folder=write(tmp_path, with_line(section, f"{kept}\n{example}")))


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = VALID.replace('"prod"', '"PROD"').replace('"app.example.com"', '"x"') + "[databse]\n"
    with pytest.raises(SettingsError) as refused:
        load_settings("prod", folder=write(tmp_path, text))
    message = str(refused.value)
    assert all(part in message for part in ("suffix", "certificate", "did you mean 'database'"))


@pytest.mark.requirement("ENV-2")
def test_the_suffix_can_be_overridden_and_a_bad_one_is_blamed_on_the_variable(tmp_path: Path) -> None:
    folder = write(tmp_path, VALID)
    assert load_settings("prod", suffix="pr-12", folder=folder).environment.suffix == "pr-12"
    with pytest.raises(SettingsError, match="ENVIRONMENT_SUFFIX"):
        load_settings("prod", suffix="PR", folder=folder)


@pytest.mark.parametrize(
    ("text", "said"),
    [("[environment", "not valid TOML"), ('a = "\x00"', "not valid TOML"), ("environment = 3\n", "must be a table")],
)
def test_a_file_that_is_no_settings_file_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load_settings("prod", folder=write(tmp_path, text))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, VALID)
    (folder / "prod.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="not valid TOML"):
        load_settings("prod", folder=folder)


@pytest.mark.parametrize("name", ["staging", "../prod", "prod/../prod", "", "a b", "prod.toml"])
def test_an_environment_that_does_not_exist_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError):
        load_settings(name, folder=write(tmp_path, VALID))


@pytest.mark.parametrize("name", ["../prod", "nested/prod", "a b", "prod.toml", "prod\n"])
def test_a_name_that_leads_elsewhere_is_refused_although_there_is_a_file(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path, VALID)
    there = folder / f"{name}.toml"
    there.parent.mkdir(exist_ok=True)
    there.write_text(VALID, encoding="utf-8")
    with pytest.raises(SettingsError, match="cannot be an environment's name"):
        load_settings(name, folder=folder)


def test_a_missing_environment_is_told_with_those_that_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"(?s)Known: prod.*copy environments/example.toml"):
        load_settings("staging", folder=write(tmp_path, VALID))


def uncommented() -> str:
    """The example with every commented-out key and section switched on."""
    text = (ENVIRONMENTS / "example.toml").read_text(encoding="utf-8")
    return re.sub(r"^#(?=\[|[a-z0-9_]+ = )", "", text, flags=re.MULTILINE)


@pytest.mark.requirement("Q-2", "ENV-2")
def test_the_example_explains_every_key_with_its_default() -> None:
    load_settings("example")
    shown: dict[str, Any] = tomllib.loads(uncommented())
    assert {key for one in shown["accepted_risk"] for key in one} == set(AcceptedRisk.model_fields)
    for section in set(Settings.model_fields) - {"accepted_risk"}:
        model: Any = Settings.model_fields[section].annotation
        assert set(shown[section]) == set(model.model_fields), section
        for key, setting in model.model_fields.items():
            if not setting.is_required() and setting.default is not None:
                assert shown[section][key] == setting.default, f"{section}.{key}"
    Settings.model_validate(shown)


@pytest.mark.parametrize(
    ("name", "suffix", "said"), [("local", "No Good", "ENVIRONMENT_SUFFIX"), ("nonsense", "good", "'nonsense'")]
)
def test_a_program_that_is_given_nonsense_says_so_and_writes_nothing(
    name: str,
    suffix: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    monkeypatch.setenv("ENVIRONMENT", name)
    monkeypatch.setenv("ENVIRONMENT_SUFFIX", suffix)
    monkeypatch.setenv("CDKTF_OUTDIR", str(out))
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert "Traceback" not in shown.err
    assert not shown.out
    assert not out.exists()


def test_a_mistake_in_one_of_several_tables_is_met_like_any_other(tmp_path: Path) -> None:
    text = (ENVIRONMENTS / "local.toml").read_text(encoding="utf-8")
    (tmp_path / "prod.toml").write_text(f'{text}\n[[accepted_risk]]\nrule = "old-tls"\nreson = "typed in a hurry"\n')
    with pytest.raises(SettingsError) as refused:
        load_settings("prod", folder=tmp_path)
    said = str(refused.value)
    assert "did you mean 'reason'?" in said
    assert "resource = " in said
