"""What the command line of the tests takes, whichever of them are run."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--live",
        metavar="ENV",
        help="Check environments/ENV.toml as it is deployed in its account, instead of deploying to an embedded AWS.",
    )
