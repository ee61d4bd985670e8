"""`python -m ops.audit`: audit the environment on an AWS of its own, and write the figures to docs/reliability.md."""

import typer

from ops.audit.command import Audit
from ops.audit.judges.environment import tools
from ops.audit.report import part
from ops.commands.application import console_of_results
from ops.confirm import Confirmation
from ops.deploy import deploy
from ops.embedded import embedded_alone
from ops.errors import OpsError
from ops.reliability import PAGE, write_part

SUFFIX = "audited"


def main() -> None:
    """Let independent judges look at the environment before and after it is deployed. Takes about five minutes."""
    console = console_of_results()
    with embedded_alone(SUFFIX) as environment:
        audit = Audit(environment=environment, tools=tools(console=console), console=console)
        planned = audit.judge_before()
        audit.judge_configuration(planned)
        console.print("deploying, which takes about three minutes ...", highlight=False)
        confirmation = Confirmation(environment=environment, console=console, yes=True)
        deploy(environment, only=[], confirm=confirmation.of_deploy, console=console)
        audit.judge_after()
        report = audit.conclude()
    write_part("audit", part(report))
    for complaint in report.complaints:
        console.print(complaint, markup=False, soft_wrap=True, highlight=False)
    if not report.passed:
        console.print(f"[red]{len(report.complaints)} complaints[/]; the figures are in {PAGE}")
        raise typer.Exit(OpsError.exit_code)
    console.print(f"[green]Nobody complains[/]; the figures are in {PAGE}")


if __name__ == "__main__":
    typer.run(main)
