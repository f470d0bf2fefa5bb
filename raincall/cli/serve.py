"""``raincall serve``: run a RESP server with RAIN.FALL on the embedded store."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Declare the subcommand."""
    parser = subparsers.add_parser("serve", help="run a Redis server with RAIN.FALL", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=_port, default=6379, help="port to listen on, 0 for a free one (default: %(default)s)"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM; print the address once clients can connect."""
    # Not needed for --help, and they take their time to load.
    from raincall.fall import FallEngine
    from raincall.server import serve

    try:
        asyncio.run(serve(options.host, options.port, scripts=FallEngine, ready=_announce))
    except OSError as problem:
        print(
            f"raincall: cannot listen on {options.host}:{options.port}: {problem.strerror}", file=sys.stderr
        )
        return 1
    except KeyboardInterrupt:  # where the loop takes no signal handlers
        return 130
    return 0


def _announce(host: str, port: int) -> None:
    print(f"raincall: ready on {host}:{port}", flush=True)


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return port
