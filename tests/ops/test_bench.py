"""The bench finds the longest chain of waits, and its page says what was measured against which target."""

from datetime import date
from pathlib import Path
from typing import Any

from ops.bench.critical_path import FIXED_WAITS, critical_path, length
from ops.bench.processes import Measured
from ops.bench.report import Deployment, Report
from ops.synth import Layer, Synthesized


def layer(name: str, resources: dict[str, Any], *, after: tuple[str, ...] = ()) -> Layer:
    return Layer(name=name, dependencies=frozenset(after), folder=Path(), configuration={"resource": resources})


def test_the_path_follows_references_within_a_layer_and_dependencies_between_layers() -> None:
    first = layer("first", {"aws_kms_key": {"key": {}}, "aws_vpc": {"alone": {}}})
    aside = layer("aside", {"aws_lb": {"lb": {}}})
    last = layer(
        "last",
        {
            "aws_rds_cluster": {"cluster": {}},
            "aws_rds_cluster_instance": {"one": {"cluster_identifier": "${aws_rds_cluster.cluster.id}"}},
            "aws_s3_bucket_lifecycle_configuration": {"beside": {}},
        },
        after=("first",),
    )
    path = critical_path(Synthesized(layers={made.name: made for made in (first, aside, last)}))
    assert [step.address for step in path] == [
        "aws_kms_key.key",
        "aws_rds_cluster.cluster",
        "aws_rds_cluster_instance.one",
    ]
    assert length(path) == sum(FIXED_WAITS[step.address.partition(".")[0]] for step in path)


def test_an_environment_that_waits_for_nothing_has_an_empty_path() -> None:
    assert critical_path(Synthesized(layers={"only": layer("only", {"aws_sns_topic": {"alerts": {}}})})) == []


def test_the_page_shows_medians_and_how_far_they_are_from_the_targets() -> None:
    path = critical_path(Synthesized(layers={"keys": layer("keys", {"aws_lb": {"lb": {}}})}))
    lives = [Deployment(deploy=seconds, again=1, plan=2, destroy=3) for seconds in (90, 66, 60)]
    report = Report(
        lazy=Measured(seconds=2, peak_mib=100),
        eager=Measured(seconds=20, peak_mib=400),
        unit=Measured(seconds=4.5, peak_mib=1),
        deployments=lives,
        path=path,
    )
    page = report.page(today=date(2026, 1, 2))
    assert "2026-01-02" in page
    assert "1/10.0" in page
    assert "1/4.0" in page
    assert "66.0 s | 1.10 times the critical path" in page
