"""What a runbook asks a person to type at night is understood by what it is typed to.

Nothing runs here: tests/integration/test_runbooks.py runs what can run on the embedded AWS.
"""

from pathlib import Path

import pytest
import typer
from typer import TyperException
from typer.core import TyperGroup

from ops.cli import app
from ops.workspace import ROOT
from tests.runbooks.aws_cli import CommandLineError, OwnCommand, read_command
from tests.runbooks.pages import Snippet, pages, snippets
from tests.runbooks.shell import Command, ShellError, commands

# https://www.postgresql.org/docs/15/app-psql.html and https://www.postgresql.org/docs/15/app-pgdump.html
_POSTGRESQL = {
    "psql": {"--command", "--csv", "--dbname", "--file", "--host", "--port", "--single-transaction", "--username"},
    "pg_dump": {"--column-inserts", "--data-only", "--dbname", "--file", "--host", "--port", "--table", "--username"},
}


def problem_of(command: Command) -> str | None:
    """Why a command would be refused; None if it would not be."""
    name, *rest = command.words
    try:
        if name == "aws":
            _check_aws(rest, inline=command.inline)
        elif name == ".venv/bin/python":
            _check_python(rest)
        elif name in _POSTGRESQL:
            _check_postgresql(name, rest)
    except CommandLineError as error:
        return f"{command.where}: {' '.join(command.words)}\n  {error}"
    return None


def _check_aws(words: list[str], *, inline: bool) -> None:
    """A sentence may name a command without its options, or break off with dots."""
    named = inline and (len(words) <= 2 or words[-1] == "...")
    read_command([word for word in words if word != "..."], complete=not named)


def _check_python(words: list[str]) -> None:
    if words[:2] != ["-m", "ops"]:
        raise CommandLineError("Python runs ops here, and nothing else")
    command = typer.main.get_command(app)
    context = typer.Context(command)
    left = words[2:]
    while isinstance(command, TyperGroup):
        named = command.get_command(context, left[0]) if left else None
        if named is None:
            raise CommandLineError(f"ops has no command {' '.join(words[2:])}")
        command, left = named, left[1:]
    try:
        command.make_context(command.name, left)
    except TyperException as error:
        raise CommandLineError(str(error)) from None


def _check_postgresql(name: str, words: list[str]) -> None:
    for word in words:
        if word.startswith("-") and word.partition("=")[0] not in _POSTGRESQL[name]:
            raise CommandLineError(f"{name} has no option {word} that is known here")


def problems_of(shown: list[Snippet]) -> list[str]:
    """Why commands of a page would be refused."""
    try:
        return [problem for command in commands(shown) if (problem := problem_of(command))]
    except ShellError as error:
        return [str(error)]


@pytest.mark.parametrize("page", [page for page in pages() if snippets(page)], ids=lambda page: page.stem)
def test_every_command_of_a_runbook_is_understood_by_what_it_is_typed_to(page: Path) -> None:
    problems = problems_of(snippets(page))
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(
    ("text", "blamed"),
    [
        ("aws rds describe-db-cluster", "no command describe-db-cluster"),
        ("aws rdz describe-db-clusters", "no service rdz"),
        ("aws rds describe-db-clusters --cluster-identifier a", "no option --cluster-identifier"),
        ("aws rds failover-db-cluster --target-db-instance-identifier a", "Missing required parameter"),
        ("aws rds describe-db-clusters --db-cluster-identifier a b", "takes one value, not 2"),
        ("aws rds describe-db-clusters --query 'DBClusters[].[Status'", "no JMESPath"),
        ("aws rds describe-db-clusters --query 'DBClusters[].State'", "DBCluster has no State"),
        ("aws rds describe-db-clusters --query 'sort_by(DBClusters, &Age)'", "DBCluster has no Age"),
        ("aws rds describe-db-clusters --query \"DBClusters[?starts_with(Name, 'a')]\"", "DBCluster has no Name"),
        ("aws rds describe-db-clusters --query DBClusters.Status", "asked of the list"),
        ("aws rds wait db-cluster-ready --db-cluster-identifier a", "waits for no db-cluster-ready"),
        ("aws rds modify-db-cluster --db-cluster-identifier a --apply-immediately yes", "takes no value"),
        ("aws rds describe-db-instances --filters Name=a,Value=b", "Filter has no Value"),
        ("aws logs tail group --since 1h --until 2h", "has no option --until"),
        ('aws dynamodb get-item --table-name a --key \'{"id": {"S": 1}}\'', "Invalid type for parameter Key.id.S"),
        ("aws ecs describe-tasks --cluster a --tasks a --output xml", "--output xml"),
        (".venv/bin/python -m ops deploi prod", "no command deploi"),
        (".venv/bin/python -m ops deploy prod --layer compute", "No such option"),
        (".venv/bin/python -m ops state restore prod", "Missing parameter"),
        ("pg_dump --data --table a", "no option --data"),
        ("aws sts get-caller-identity | jq .Account", "jq: "),
        ("aws ecs list-tasks --cluster $CLUSTER", "CLUSTER: unbound variable"),
        ("aws sts get-caller-identity --query 'Account", "The shell does not understand"),
    ],
)
def test_a_mistake_in_a_runbook_is_told_with_its_line(text: str, blamed: str) -> None:
    (problem,) = problems_of([Snippet(page=ROOT / "docs" / "runbooks" / "made-up.md", line=7, text=text)])
    assert problem.startswith("docs/runbooks/made-up.md:7: ")
    assert blamed in problem


def test_the_shell_reads_pipes_loops_and_what_commands_are_made_of() -> None:
    text = 'A=$(aws sts get-caller-identity)\nfor b in 1 2; do\n  aws s3 ls "$A $b" |\n    tail\ndone\n'
    found = commands([Snippet(page=ROOT / "page.md", line=3, text=text)])
    said = sorted((command.line, command.words) for command in found)
    assert said == [
        (3, ("aws", "sts", "get-caller-identity")),
        (5, ("aws", "s3", "ls", "ANSWER 1")),
        (5, ("aws", "s3", "ls", "ANSWER 2")),
        (6, ("tail",)),
        (6, ("tail",)),
    ]


def test_a_command_of_the_cli_s_own_is_told_from_a_call() -> None:
    assert isinstance(read_command(["logs", "tail", "group"]), OwnCommand)
