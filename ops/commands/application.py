"""What all commands share: how they are named an environment, where results go, and what becomes of errors."""

import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup

from ops.account import Environment, enter, load_environment
from ops.errors import OpsError, StoppedError, explain

# Off a terminal Rich would break lines at 80 columns, in the middle of ARNs.
_WIDTH_OF_LOGS = 160


class ReadableErrors(TyperGroup):
    """Commands whose errors are one block for people, and an exit code that means something."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - Click's own types
        """Run a command."""
        error: OpsError
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            error = StoppedError("Stopped.")
        except Exception as unexplained:
            explained = explain(unexplained)
            if explained is None:
                raise
            error = explained
        Console(stderr=True, emoji=False, width=_width(sys.stderr.isatty())).print(
            f"[red]{escape(str(error))}[/]", soft_wrap=True
        )
        raise typer.Exit(error.exit_code) from None


app = typer.Typer(
    cls=ReadableErrors,
    help="What a person does to an environment.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Name = Annotated[
    str, typer.Argument(metavar="ENV", envvar="ENVIRONMENT", help="The environment: a file of environments/.")
]
Suffix = Annotated[
    str | None, typer.Option(envvar="ENVIRONMENT_SUFFIX", help="Another suffix than the file's: another environment.")
]
Embedded = Annotated[
    bool, typer.Option("--embedded", help="Use the embedded AWS that `make local` has started; `local` always does.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]


def named(env: str, *, suffix: str | None, embedded: bool) -> Environment:
    """The environment that a person names, without asking any AWS."""
    return load_environment(env, suffix=suffix, embedded=embedded)


def entered(env: str, *, suffix: str | None, embedded: bool) -> Environment:
    """The environment that a person names, with this process pointed at its AWS."""
    return enter(named(env, suffix=suffix, embedded=embedded))


def console_of_results() -> Console:
    """Where results go. Rich leaves colours out off a terminal, and where NO_COLOR is set."""
    return Console(emoji=False, width=_width(sys.stdout.isatty()))


def _width(terminal: bool) -> int | None:  # noqa: FBT001 - two lines further up it reads well
    return None if terminal else _WIDTH_OF_LOGS
