"""Settings that are right, in every way that they can be."""

from typing import Any

from hypothesis import strategies as st

from stacks.rules import FARGATE_MEMORY, MAX_SUFFIX, owner_of

Document = dict[str, Any]

_LABEL = st.text(alphabet="abyz019", min_size=1, max_size=4) | st.sampled_from(["a-b", "x" * 63, "xn--bcher-kva"])
_DOMAIN = st.builds("{}.{}.{}".format, _LABEL, _LABEL, st.sampled_from(["com", "org", "io", "museum"]))
_WORD = st.text(alphabet="az09_", max_size=5).map("a{}".format) | st.sampled_from(["rds", "postgres_", "z" * 63])
_TAG = st.text(alphabet="aZ9 .:/=+-@_äж中", min_size=1, max_size=8) | st.sampled_from(["x" * 256, "=+-@"])
_ACCOUNT = st.integers(0, 10**12 - 1).map("{:012}".format)
_ZONES = [f"us-east-1{letter}" for letter in "abcdef"]
# What RFC 3986 lets stand in a path, less the brackets that nothing needs.
_PATH = st.text(alphabet="aZ9-._~!$&'()*+,;=:@/%?", max_size=12) | st.just("x" * 100)


@st.composite
def _environment(draw: st.DrawFn) -> Document:
    words = st.lists(st.text(alphabet="az09", min_size=1, max_size=5), min_size=1, max_size=4)
    suffix = words.map("-".join) | st.sampled_from(["0", "a" * MAX_SUFFIX])
    return {"suffix": draw(suffix), "account_id": draw(_ACCOUNT)} | {
        key: draw(_TAG) for key in ("project", "owner", "cost_center")
    }


_EMAIL = st.builds("{}@{}".format, st.text(alphabet="aZ9.!#$&'*+/=?^_-%", min_size=1, max_size=8), _DOMAIN)
_ALERTING = st.fixed_dictionaries({"emails": st.lists(_EMAIL, min_size=2, max_size=3, unique_by=str.lower)})


@st.composite
def _network(draw: st.DrawFn) -> Document:
    second, prefix = draw(st.integers(0, 127)), draw(st.integers(16, 20))
    third = draw(st.integers(0, 255)) & (256 - 2 ** (24 - prefix))
    reserved = draw(st.lists(st.builds("10.{}.0.0/16".format, st.integers(128, 255)), max_size=3))
    return {"cidr": f"10.{second}.{third}.0/{prefix}", "reserved_cidrs": reserved} | {
        "zones": draw(st.permutations(_ZONES))[:3]
    }


@st.composite
def _database(draw: st.DrawFn) -> Document:
    most = draw(st.integers(2, 512)) / 2
    master = draw(_WORD)
    return {
        "engine_version": draw(st.sampled_from(["15.4", "15.6", "15.10", "15.13"])),
        "name": draw(_WORD),
        "master_username": master,
        "service_username": draw(_WORD.filter(lambda word: master not in {word, owner_of(word)})),
        "min_capacity": draw(st.integers(1, int(most * 2))) / 2,
        "max_capacity": draw(st.sampled_from([most, int(most)])) if most.is_integer() else most,
        "instances": draw(st.integers(2, 6)),
        "backup_retention_days": 7,
    }


@st.composite
def _service(draw: st.DrawFn) -> Document:
    cpu = draw(st.sampled_from(sorted(FARGATE_MEMORY)))
    most = draw(st.integers(2, 1000))
    arn = st.builds("arn:aws:acm:us-east-1:{}:certificate/{}".format, _ACCOUNT, st.uuids())
    service = {
        "certificate": draw(st.one_of(_DOMAIN, _DOMAIN.map("*.{}".format), arn)),
        "image_tag": draw(st.sampled_from(["1.0.0", "_", "A" * 128, "v1.2-rc.1_a"])),
        "container_port": draw(st.integers(1024, 65535)),
        "target_protocol": draw(st.sampled_from(["HTTP", "HTTPS"])),
        "health_check_path": f"/{draw(_PATH)}",
        "cpu": cpu,
        "memory": draw(st.sampled_from(FARGATE_MEMORY[cpu])),
        "architecture": draw(st.sampled_from(["ARM64", "X86_64"])),
        "max_tasks": most,
        "min_tasks": draw(st.integers(2, most)),
        "waf": draw(st.booleans()),
        "waf_rate_limit": draw(st.integers(10, 2_000_000_000)),
    }
    if draw(st.booleans()):
        service["image_digest"] = f"sha256:{draw(st.text(alphabet='09af', min_size=64, max_size=64))}"
    if draw(st.booleans()):
        zone = draw(_DOMAIN)
        service |= {"hosted_zone": zone, "domain": draw(st.sampled_from([zone, f"www.{zone}"]))}
    return service


@st.composite
def _backup(draw: st.DrawFn) -> Document:
    minute, hour = draw(st.integers(0, 59)), draw(st.integers(0, 23))
    hours = draw(st.sampled_from([f"{hour}", "*", "*/6", "0/12", f"{hour},3"]))
    return {"schedule": f"cron({minute} {hours} {draw(st.sampled_from(['* * ?', '? * *']))} *)", "retention_days": 7}


_MONITORING = st.fixed_dictionaries(
    {"monthly_budget_usd": st.integers(1, 1_000_000), "latency_p99_seconds": st.floats(0.001, 60)}
)


@st.composite
def _runbooks(draw: st.DrawFn) -> str:
    return f"https://{draw(_DOMAIN)}/{draw(_PATH)}x"


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A whole settings file. What has a default may be missing, and so may the sections that have nothing else."""
    document = {
        "environment": draw(_environment()),
        "alerting": draw(_ALERTING),
        "service": draw(_service()),
        "network": draw(_network()),
        "database": draw(_database()),
        "backup": draw(_backup()),
        "monitoring": draw(_MONITORING),
    }
    if draw(st.booleans()):
        document["game_days"] = {"enabled": draw(st.booleans())}
    if draw(st.booleans()):
        document["environment"]["runbooks"] = draw(_runbooks())
    for section in draw(st.sets(st.sampled_from(["network", "database", "backup", "monitoring"]))):
        del document[section]
    return document
