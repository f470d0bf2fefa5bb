"""``raincall fall``: run one script and print its reply as ``redis-cli`` does."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from raincall.backend import Backend


def add_parser(subparsers: Any) -> None:
    """Declare the subcommand."""
    parser = subparsers.add_parser("fall", help="run one script as RAIN.FALL does", description=__doc__)
    parser.add_argument("--url", help="the Redis that RAIN.CALL reaches (default: an embedded store, empty)")
    parser.add_argument("source", metavar="SOURCE", help="the script's Lua source")
    parser.add_argument("args", metavar="ARG", nargs="*", help="what the script sees as ...")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the script; an error goes to standard error and makes the status 1."""
    from raincall.backend import BackendError
    from raincall.fall import Evaluator
    from raincall.show import show

    try:
        backend = _backend(options.url)
    except BackendError as problem:
        print(f"raincall: {problem}", file=sys.stderr)
        return 1
    try:
        reply = Evaluator(backend, _print).evaluate(
            os.fsencode(options.source), [os.fsencode(argument) for argument in options.args]
        )
    finally:
        backend.close()
    sys.stdout.flush()
    if reply.kind == "error":
        sys.stderr.buffer.write(show(reply))
        sys.stderr.flush()
        return 1
    sys.stdout.buffer.write(show(reply))
    sys.stdout.flush()
    return 0


def _backend(url: str | None) -> Backend:
    if url is not None:
        from raincall.backends.tcp import TcpBackend

        return TcpBackend(url)
    from raincall.backends.inprocess import InProcessBackend
    from raincall.server import Dispatcher
    from raincall.server.handlers import HANDLERS
    from raincall.server.session import Session

    dispatcher = Dispatcher(HANDLERS)
    caller = Session(0, dispatcher.store.client(), None, dispatcher.clock())
    caller.use(protocol=3)
    return InProcessBackend(lambda argv: dispatcher.execute(argv, caller))


def _print(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
