"""How does RAIN.FALL run a script?

All scripts run in one Lua state, one after the other, each on globals as if of its own (``raincall.sandbox``)
and as a function that is compiled once.  The state is used through the ``mq_*`` API alone.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

from moonquakes.api.unchecked import (
    MQ_OK,
    MQ_REGISTRYINDEX,
    mq_pcall,
    mq_pushlstring,
    mq_pushvalue,
    mq_rawgeti,
    mq_settop,
    mq_setupvalue,
    mq_State,
    mqL_loadbufferx,
    mqL_newstate,
    mqL_openlibs,
    mqL_ref,
    mqL_unref,
)
from raincall.backend import Backend
from raincall.backends.inprocess import InProcessBackend
from raincall.bridge import install
from raincall.reply import Reply
from raincall.resp2 import as_resp2
from raincall.results import error_of, error_reply, reply_of
from raincall.sandbox import Sandbox

if TYPE_CHECKING:
    from raincall.server.session import Session

LOGGER: Final = logging.getLogger("raincall.fall")

#: Longest source in bytes: compiling so much takes about a second, and nobody else is served meanwhile.
MAX_SOURCE: Final = 512 * 1024
#: How many compiled sources are kept, and of how many bytes of source in all.
MAX_CACHED: Final = 1000
MAX_CACHED_SOURCE: Final = 8 * 1024 * 1024


class Evaluator:
    """Runs scripts one after the other, none of which notices another.

    Args:
        backend: where RAIN.CALL goes; None makes it fail explicitly.
        output: takes what ``print`` writes, a line at a time; it goes to the log by default.
    """

    def __init__(self, backend: Backend | None, output: Callable[[bytes], object] | None = None) -> None:
        self._backend = backend
        self._output = _log if output is None else output
        self._start()

    def _start(self) -> None:
        L = self._L = mqL_newstate()
        mqL_openlibs(L)
        self._sandbox = Sandbox(L, self._output)
        install(L, self._backend)
        self._sandbox.share(L, "RAIN")
        self._sandbox.open(L)
        #: References of compiled sources in the registry, the one used longest ago first.
        self._chunks: OrderedDict[bytes, int] = OrderedDict()
        self._cached_source = 0

    def evaluate(self, source: bytes, args: list[bytes]) -> Reply:
        """Run ``source`` with ``args`` as its ``...``; return the reply of its first result, or an error."""
        try:
            return self._evaluate(self._L, source, args)
        except Exception as fault:  # a fault of ours must stop neither the server nor the next script
            LOGGER.exception("a script could not be run")
            self._start()
            return error_reply(f"internal error: {type(fault).__name__}: {fault}".encode())

    def _evaluate(self, L: mq_State, source: bytes, args: list[bytes]) -> Reply:
        if len(source) > MAX_SOURCE:
            return error_reply(b"source is longer than %d bytes" % MAX_SOURCE)
        mq_settop(L, Sandbox.size)
        if not self._push_chunk(L, source):
            return error_of(L)
        # A script may have given its chunk another _ENV.
        mq_pushvalue(L, Sandbox.globals)
        mq_setupvalue(L, -2, 1)
        for argument in args:
            mq_pushlstring(L, argument)
        reply = reply_of(L) if mq_pcall(L, len(args), 1) == MQ_OK else error_of(L)
        self._sandbox.restore(L)
        return reply

    def _push_chunk(self, L: mq_State, source: bytes) -> bool:
        """Push the function of ``source``, which is kept; or push why there is none, and return False."""
        chunks = self._chunks
        reference = chunks.get(source)
        if reference is None:
            if mqL_loadbufferx(L, source, "=RAIN.FALL", "t") != MQ_OK:
                return False
            reference = chunks[source] = mqL_ref(L, MQ_REGISTRYINDEX)
            self._cached_source += len(source)
            while len(chunks) > MAX_CACHED or self._cached_source > MAX_CACHED_SOURCE:
                dropped, unused = chunks.popitem(last=False)
                self._cached_source -= len(dropped)
                mqL_unref(L, MQ_REGISTRYINDEX, unused)
        else:
            chunks.move_to_end(source)
        mq_rawgeti(L, MQ_REGISTRYINDEX, reference)
        return True


class _Executor(Protocol):
    def execute(self, argv: list[bytes], caller: Session) -> Reply: ...


class FallEngine:
    """RAIN.FALL of a server: scripts reach that same server, as the client that sent them.

    Args:
        dispatcher: runs a command for a session through the server's isolated internal client.
    """

    def __init__(self, dispatcher: _Executor) -> None:
        self._caller: Session | None = None

        def execute(argv: list[bytes]) -> Reply:
            caller = self._caller
            assert caller is not None
            reply = dispatcher.execute(argv, caller)
            return reply if caller.protocol == 3 or reply.kind == "bulk" else as_resp2(reply)

        self._evaluator = Evaluator(InProcessBackend(execute))

    def evaluate(self, session: Session, source: bytes, args: list[bytes]) -> Reply:
        """Run a script for ``session``; whatever goes wrong in it is the reply."""
        self._caller = session
        try:
            return self._evaluator.evaluate(source, args)
        finally:
            self._caller = None


def _log(line: bytes) -> None:
    LOGGER.info("print: %s", line.decode("utf-8", "replace"))
