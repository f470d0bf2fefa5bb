"""How does Lua code wait for a host function that is ``async``, while the event loop goes on?

The code runs in a thread of its own.  Where a host function returns an awaitable, the loop awaits it and
the thread waits for the result; so nothing that Lua does blocks the loop, and Lua code may wait anywhere:
in a coroutine of its own, a comparison of ``table.sort``, a metamethod.  While it waits the runtime is free
for calls from elsewhere, which must end before it goes on: that is why runs take turns.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from moonquakes.embedding.border import Border

#: Seconds after which one that waits for its turn looks whether it is still wanted.
_PATIENCE: Final = 0.05


class AsyncRuns:
    """The runs of one runtime, one of which goes on at a time; others may be inside it while it waits."""

    def __init__(self, border: Border) -> None:
        self._border = border
        self._turn = threading.Lock()
        #: The run of each thread.
        self._runs: dict[int, _Run] = {}
        border.objects.awaits = self._await
        if border.limits is not None:
            border.limits.look = self._look

    async def run(self, work: Callable[[], Any]) -> Any:
        """Do work in a thread and return its result."""
        outer = _current.get()
        if outer is not None and outer.border is not self._border:
            outer = None
        loop = asyncio.get_running_loop()
        run = _Run(self._border, loop, self._turn if outer is None else outer.turn)
        done: asyncio.Future[tuple[Any, BaseException | None]] = loop.create_future()

        def finish(result: Any, exception: BaseException | None) -> None:
            if not done.done():
                done.set_result((result, exception))

        def target() -> None:
            outcome: tuple[Any, BaseException | None]
            try:
                outcome = self._work(run, work), None
            except BaseException as exception:
                outcome = None, exception
            with suppress(RuntimeError):  # nobody waits any more, and the loop is closed
                loop.call_soon_threadsafe(finish, *outcome)

        context = contextvars.copy_context()
        context.run(_current.set, run)
        threading.Thread(target=context.run, args=(target,), name="moonquakes", daemon=True).start()
        try:
            result, exception = await done
        except asyncio.CancelledError:
            run.cancel()
            raise
        if exception is not None:
            try:
                raise exception
            finally:
                del exception
        return result

    def _work(self, run: _Run, work: Callable[[], Any]) -> Any:
        run.take_turn()
        thread = threading.get_ident()
        self._runs[thread] = run
        try:
            return work()
        finally:
            del self._runs[thread]
            run.before.release()

    def _look(self) -> None:
        """End the run of this thread if it was cancelled."""
        run = self._runs.get(threading.get_ident())
        if run is not None:
            run.check()

    def _await(self, awaitable: Awaitable[Any]) -> object:
        """Return the result of an awaitable, or the awaitable where the thread runs no such code."""
        run = self._runs.get(threading.get_ident())
        return awaitable if run is None else run.wait(awaitable)


class _Run:
    """One run.

    Attributes:
        border: of the runtime.
        before: held by the run among its like that goes on.
        turn: the same for the runs inside it.
    """

    def __init__(self, border: Border, loop: asyncio.AbstractEventLoop, before: threading.Lock) -> None:
        self.border = border
        self.before = before
        self.turn = threading.Lock()
        self._loop = loop
        self._is_cancelled = False
        self._pending: concurrent.futures.Future[Any] | None = None

    def cancel(self) -> None:
        """End the run where it waits, now or next, or where its limits are looked at."""
        self._is_cancelled = True
        pending = self._pending
        if pending is not None:
            pending.cancel()

    def take_turn(self) -> None:
        """Wait until no run like this one goes on."""
        while not self.before.acquire(timeout=_PATIENCE):
            self.check()
        if self._is_cancelled:
            self.before.release()
            raise asyncio.CancelledError

    def wait(self, awaitable: Awaitable[Any]) -> Any:
        """Let the loop await something, and return its result."""
        self.check()
        border, limits = self.border, self.border.limits
        self._pending = pending = asyncio.run_coroutine_threadsafe(_result_of(awaitable), self._loop)
        if self._is_cancelled:
            pending.cancel()
        seconds = None if limits is None else limits.seconds_left
        with self._outside():
            if seconds is not None:
                seconds = min(max(seconds, 0), threading.TIMEOUT_MAX)
            concurrent.futures.wait([pending], seconds)
        if border.is_closed:
            pending.cancel()
            border.acquire()  # which says so
        if limits is not None:
            limits.check_end()
        try:
            return pending.result()
        except concurrent.futures.CancelledError:
            # Python's own, which no Lua code catches.
            raise asyncio.CancelledError from None

    @contextmanager
    def _outside(self) -> Iterator[None]:
        """Leave the runtime to calls from elsewhere, which come from outside."""
        border, limits, names = self.border, self.border.limits, self.border.names
        paused = None if limits is None else limits.pause()
        lock: Any = border.lock
        held = lock._release_save()  # however often this thread has acquired it
        if names is not None:
            names.is_entered = False
        try:
            yield
        finally:
            with self.turn:  # the runs inside this one are over
                lock._acquire_restore(held)
            if names is not None:
                names.is_entered = True
            if limits is not None and paused is not None:
                limits.resume(paused)
            self._pending = None

    def check(self) -> None:
        if self._is_cancelled:
            raise asyncio.CancelledError


#: The run that an async host function was called by.
_current: contextvars.ContextVar[_Run | None] = contextvars.ContextVar("moonquakes_run", default=None)


async def _result_of(awaitable: Awaitable[Any]) -> Any:
    return await awaitable
