"""What does the command ``raincall`` understand?

Each subcommand stands in a file of its own, with ``add_parser``, which declares it and names the function
that runs it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from moonquakes.api import mqL_newstate
from raincall.cli import fall, serve

#: The modules of the subcommands, in the order ``raincall --help`` lists them.
SUBCOMMANDS = (serve, fall)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    parser = argparse.ArgumentParser(prog="raincall", description="The Redis host of Moonquakes.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in SUBCOMMANDS:
        module.add_parser(subparsers)
    options = parser.parse_args(arguments)
    try:
        mqL_newstate()
    except ValueError as error:  # MOONQUAKES_ENGINE names no engine
        parser.error(str(error))
    status: int = options.run(options)
    return status
