"""What exists is taken into a state, at no price; a script plays Terraform here."""

import json
from pathlib import Path

import pytest

from ops.account import Environment
from ops.errors import OpsError
from ops.interrupt import Interrupt
from ops.recover.adoption import Adoption
from ops.synth import Layer
from ops.terraform import Binary, Terraform


def adoption(environment: Environment, tmp_path: Path, script: str) -> Adoption:
    """An adoption whose Terraform is a script that sees the import blocks."""
    binary = tmp_path / "terraform"
    binary.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n{script}')
    binary.chmod(0o755)
    terraform = Terraform(
        binary=Binary(path=str(binary), product="terraform", version="1.11.4"),
        workspace=environment.workspace,
        variables={},
        interrupt=Interrupt(),
    )
    layer = Layer("network", frozenset(), tmp_path, {})
    return Adoption(terraform=terraform, layer=layer, log=tmp_path / "adoption.log")


NOT_THERE = json.dumps(
    {
        "type": "diagnostic",
        "diagnostic": {
            "severity": "error",
            "summary": "Cannot import non-existent remote object",
            "detail": 'While attempting to import an existing object to "aws_vpc.gone", the provider found none.',
        },
    }
)


def test_what_the_provider_does_not_find_is_left_out_and_the_rest_is_adopted(
    environment: Environment, tmp_path: Path
) -> None:
    script = f"""
case "$1" in
  plan) if grep -q aws_vpc.gone import.tf.json; then echo '{NOT_THERE}'; exit 1; fi ;;
  show) echo '{{"resource_changes": []}}' ;;
esac
"""
    adopted = adoption(environment, tmp_path, script).adopt({"aws_vpc.gone": "vpc-1", "aws_vpc.there": "vpc-2"})
    assert (adopted.taken, adopted.refused) == ({"aws_vpc.there": "vpc-2"}, {})
    calls = [line.split()[0] for line in (tmp_path / "calls").read_text().splitlines()]
    assert calls == ["plan", "plan", "show", "apply", "apply"]
    assert "-refresh-only" in (tmp_path / "calls").read_text().splitlines()[-1]
    assert not (tmp_path / "import.tf.json").exists()


def test_what_is_not_found_without_a_name_is_narrowed_down(environment: Environment, tmp_path: Path) -> None:
    """The provider's importer of associations says that something is missing, and not what."""
    problem = {"severity": "error", "summary": "couldn't find resource", "detail": ""}
    said = json.dumps({"type": "diagnostic", "diagnostic": problem}).replace("'", "'\\''")
    script = f"""
case "$1" in
  plan) if grep -q gone import.tf.json; then echo '{said}'; exit 1; fi ;;
  show) echo '{{"resource_changes": []}}' ;;
esac
"""
    there = {f"aws_subnet.there-{number}": f"subnet-{number}" for number in range(5)}
    gone = {f"aws_route_table_association.gone-{number}": f"subnet-{number}/rtb-1" for number in range(3)}
    assert adoption(environment, tmp_path, script).adopt({**gone, **there}).taken == there


def test_nothing_is_adopted_at_the_price_of_destroying_anything(environment: Environment, tmp_path: Path) -> None:
    change = {"actions": ["delete", "create"], "replace_paths": [["cidr_block"]]}
    replaced = json.dumps({"resource_changes": [{"address": "aws_vpc.there", "change": change}]})
    script = f"case \"$1\" in show) echo '{replaced}' ;; esac\n"
    adopted = adoption(environment, tmp_path, script).adopt({"aws_vpc.there": "vpc-2"})
    assert (adopted.taken, adopted.refused) == ({}, {"aws_vpc.there": "cidr_block"})
    assert "apply" not in (tmp_path / "calls").read_text()


def test_what_is_half_made_by_the_state_alone_is_kept_for_what_needs_it(
    environment: Environment, tmp_path: Path
) -> None:
    changes = [
        {
            "address": "aws_iam_role.needed",
            "action_reason": "replace_because_tainted",
            "change": {"actions": ["delete", "create"]},
        },
        {"address": "aws_iam_role_policy.there", "change": {"actions": ["delete", "create"]}},
    ]
    before, after = json.dumps({"resource_changes": changes}), json.dumps({"resource_changes": []})
    script = f"""
case "$1" in
  untaint) touch {tmp_path}/untainted ;;
  show) if [ -e {tmp_path}/untainted ]; then echo '{after}'; else echo '{before}'; fi ;;
esac
"""
    adopted = adoption(environment, tmp_path, script).adopt({"aws_iam_role_policy.there": "role:policy"})
    assert (list(adopted.taken), adopted.refused) == (["aws_iam_role_policy.there"], {})
    assert adopted.whole == ["aws_iam_role.needed"]
    assert "untaint -no-color aws_iam_role.needed" in (tmp_path / "calls").read_text()


def test_a_state_that_cannot_be_edited_is_told(environment: Environment, tmp_path: Path) -> None:
    change = {"actions": ["delete", "create"]}
    tainted = {"address": "aws_iam_role.needed", "action_reason": "replace_because_tainted", "change": change}
    shown = json.dumps({"resource_changes": [tainted]})
    script = f"case \"$1\" in untaint) exit 1 ;; show) echo '{shown}' ;; esac\n"
    with pytest.raises(OpsError, match=r"`terraform untaint -no-color aws_iam_role\.needed` failed in network"):
        adoption(environment, tmp_path, script).adopt({"aws_iam_role_policy.there": "role:policy"})


def test_a_failure_that_is_about_no_candidate_is_told_and_leaves_nothing_behind(
    environment: Environment, tmp_path: Path
) -> None:
    problem = {"severity": "error", "summary": "No valid credential sources found", "detail": "Sign in."}
    said = json.dumps({"type": "diagnostic", "diagnostic": problem})
    with pytest.raises(OpsError, match=r"network could not be adopted:\n.*No valid credential sources"):
        adoption(environment, tmp_path, f"echo '{said}'; exit 1\n").adopt({"aws_vpc.there": "vpc-2"})
    assert not (tmp_path / "import.tf.json").exists()


def test_a_plan_that_cannot_be_shown_is_told_and_nothing_is_adopted(environment: Environment, tmp_path: Path) -> None:
    script = 'case "$1" in show) echo \'{"resource_changes": [\' ;; esac\n'
    with pytest.raises(OpsError, match="Terraform cannot show its own plan"):
        adoption(environment, tmp_path, script).adopt({"aws_vpc.there": "vpc-2"})
    assert "apply" not in (tmp_path / "calls").read_text()
