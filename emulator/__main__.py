"""`python -m emulator --port N`: run the embedded AWS in the foreground until SIGTERM or SIGINT."""

import argparse

from emulator.server import serve


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m emulator", description="An AWS endpoint on the loopback")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    serve(parser.parse_args().port)


if __name__ == "__main__":
    main()
