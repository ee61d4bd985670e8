"""`python -m app` serves; `python -m app migrate` brings the database's schema up to date."""

import os
import sys

from app import logs
from app.settings import BadVariableError, MigrationSettings, ServiceSettings

USAGE = "usage: python -m app [serve | migrate]"
BAD_USE = 2


def main(arguments: list[str]) -> int:
    """Do what is asked for, and return the exit code."""
    logs.set_up()
    try:
        match arguments:
            case [] | ["serve"]:
                return _serve(ServiceSettings.of(os.environ))
            case ["migrate"]:
                return _migrate(MigrationSettings.of(os.environ))
    except BadVariableError as error:
        return _complain(str(error))
    return _complain(USAGE)


def _serve(settings: ServiceSettings) -> int:
    from app.server import serve  # noqa: PLC0415 - a migration has no use for the web framework, nor for its start time

    return serve(settings)


def _migrate(settings: MigrationSettings) -> int:
    from app.migrate import migrate  # noqa: PLC0415 - likewise

    return migrate(settings)


def _complain(message: str) -> int:
    print(message, file=sys.stderr)  # noqa: T201 - for whoever started it
    return BAD_USE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
