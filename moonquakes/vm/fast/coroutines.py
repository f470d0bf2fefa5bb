"""Coroutines of the fast engine: a coroutine is a Python generator (§2.6).

Inside it every Lua function runs as its twin, a generator translated from the same bytecode,
which delegates to those of the functions it calls; so a yield passes through all of them.
Metamethods, iterators, ``pcall`` and ``<close>`` have generators of their own here.  Where
generators nest deep, calls go on as frames of the VM.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final

from moonquakes.bytecode.proto import Proto
from moonquakes.errors import ArgumentError, LuaError
from moonquakes.values import FALSE, TRUE, LuaResults, LuaValue, as_tuple, first, pack_results, settle_tail
from moonquakes.vm.coroutines import CLOSING, MAX_NESTING, UNCAUGHT, Coroutine, close
from moonquakes.vm.fast.calls import MAX_GENERATORS
from moonquakes.vm.fast.chunk import TRANSLATING, Translation, translate_twin
from moonquakes.vm.fast.errors import IN_COROUTINE, handle, run_handler
from moonquakes.vm.fast.faults import call_fault, iterator_fault
from moonquakes.vm.fast.functions import make_twin
from moonquakes.vm.fast.iteration import stepping
from moonquakes.vm.fresh import HAS_FRESH, call_afresh, stack_almost_full
from moonquakes.vm.functions import Intrinsic, WatchedFunction, attach_intrinsic, marker_of, state_of
from moonquakes.vm.operations import truthy
from moonquakes.vm.settle import settle
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.frames import AnyFrame
    from moonquakes.vm.state import State

Twin = Callable[..., Generator[Any, Any, Any]]

#: As how many generators a metamethod or an iterator counts, and the most that coroutines below do.
_NESTED: Final = MAX_GENERATORS // 5
_MOST_AHEAD: Final = MAX_GENERATORS - 10


class CoroutineClose(BaseException):
    """Raised in a suspended coroutine that is being closed; nothing but ``<close>`` sees it."""


class _Yield:
    """Stands for the twin of ``coroutine.yield``, which generated code knows."""


YIELD = _Yield()


def twin_of(function: FunctionType) -> Any:
    """Return the generator function of a Lua function, None for one that cannot yield.

    What runs on the VM goes on there, in a coroutine of its own.
    """
    try:
        return function.twin  # type: ignore[attr-defined]  # functions may have any attribute
    except AttributeError:
        pass
    marker = marker_of(function.__code__)
    twin: Any = None
    if marker.__class__ is Translation:
        translated = marker.twin
        if translated is None:
            with TRANSLATING:
                translated = marker.twin
                if translated is None:
                    translated = marker.twin = translate_twin(marker)
        twin = make_twin(function, translated)
    elif isinstance(marker, (Proto, WatchedFunction)):
        return state_of(function).names.table["deep"](function)
    function.twin = twin  # type: ignore[attr-defined]  # as above
    return twin


def can_generate(state: State, coroutine: Coroutine) -> bool:
    """Whether a coroutine that has not started runs as a generator."""
    function = coroutine.function
    return (
        state.engine == "fast"
        and not state.watchers
        and coroutine.hook is None
        and coroutine.stands_for is None
        and function is not None
        and type(marker_of(function.__code__)) is Translation
    )


def resume(state: State, coroutine: Coroutine, arguments: tuple[LuaValue, ...]) -> tuple[LuaValue, ...]:
    """Continue a coroutine that is a generator, and return what it yields or returns.

    Raises:
        LuaError: what it raised, or that it cannot be resumed; a coroutine that raised is dead.
    """
    if HAS_FRESH and stack_almost_full():
        return call_afresh(resume, (state, coroutine, arguments))  # type: ignore[no-any-return]  # resume's
    current = state.current
    generator = coroutine.generator
    coroutine.resumer = current
    coroutine.nesting = current.nesting + 1
    current.status = "normal"
    coroutine.status = "running"
    state.current = coroutine
    status = "dead"
    handler = state.handler
    state.handler = IN_COROUTINE
    try:
        if generator is None:
            generator = coroutine.generator = twin_of(coroutine.function)(  # type: ignore[arg-type]
                min(coroutine.nesting // 4, _MOST_AHEAD), *arguments
            )
            values = generator.send(None)
        else:
            values = generator.send(arguments[0] if len(arguments) == 1 else arguments)
        status = "suspended"
        return values  # type: ignore[no-any-return]  # a yield gives a tuple
    except StopIteration as stop:
        return as_tuple(stop.value)
    except Exception as exception:
        error = settle(state, exception)
        coroutine.error = error
        raise error from None
    finally:
        state.handler = handler
        coroutine.status = status
        if status == "dead":
            coroutine.generator = None
            coroutine.stop_watching()
        coroutine.resumer = None
        current.status = "running"
        state.current = current


def resume_from_vm(
    state: State, frame: AnyFrame, coroutine: Coroutine, arguments: list[LuaValue], wraps: bool
) -> None:
    """Continue a generator from a frame of the VM, which receives what it gives."""
    try:
        values = resume(state, coroutine, tuple(arguments))
    except LuaError as error:
        if wraps:
            raise wrapped_error(state, coroutine, error, state.position()) from None
        frame.receive([FALSE, error.value])
        return
    frame.receive(list(values) if wraps else [TRUE, *values])


def wrapped_error(state: State, coroutine: Coroutine, error: LuaError, position: str) -> LuaError:
    """Return what a function of ``coroutine.wrap`` raises when its coroutine did (§6.2)."""
    closed = close(state, coroutine)
    if closed is not None:
        error = closed
    return LuaError(position + error.value) if error.value.__class__ is str else error


def problem_of(state: State, coroutine: Coroutine) -> str | None:
    """Say why a coroutine cannot be resumed, None when it can."""
    if coroutine.status == "dead":
        return "cannot resume dead coroutine"
    if coroutine.status != "suspended":
        return "cannot resume non-suspended coroutine"
    if state.current.nesting >= MAX_NESTING:
        return "C stack overflow"
    return None


def close_generator(state: State, coroutine: Coroutine) -> LuaError | None:
    """Close the pending variables of a suspended coroutine; return the error it ends with."""
    generator, coroutine.generator = coroutine.generator, None
    error, coroutine.error = coroutine.error, None
    coroutine.stop_watching()
    if generator is None or coroutine.status == "dead":
        coroutine.status = "dead"
        return error
    if state.current.nesting >= MAX_NESTING - 1:  # sooner than the resume of one to close meets its limit
        coroutine.status = "dead"
        return LuaError("C stack overflow")
    current = state.current
    coroutine.resumer = current
    coroutine.nesting = current.nesting + 1
    current.status = "normal"
    coroutine.status = "running"
    state.current = coroutine
    coroutine.host_calls += 1
    coroutine.handler = CLOSING
    handler = state.handler
    state.handler = IN_COROUTINE
    try:
        generator.throw(CoroutineClose())
    except (CoroutineClose, StopIteration):
        pass
    except Exception as exception:
        error = settle(state, exception)
    finally:
        state.handler = handler
        coroutine.host_calls -= 1
        coroutine.status = "dead"
        coroutine.resumer = None
        current.status = "running"
        state.current = current
    return error


def coroutine_names(state: State, table: dict[str, Any]) -> dict[str, Any]:
    """Return what twins call."""

    def twin(pc: int, function: Any) -> Any:
        """Return the generator function of what is called."""
        if function.__class__ is FunctionType:
            return twin_of(function)
        called: list[LuaValue] = []
        while function.__class__ is not FunctionType:
            handler = state.metamethod(function, "__call")
            if handler is None:
                raise call_fault(state, pc, function)
            called.insert(0, function)
            function = handler

        def call_it(d: int, *arguments: LuaValue) -> Generator[Any, Any, Any]:
            return (yield from run(function, (*called, *arguments), d))

        return call_it

    def run(function: Any, arguments: tuple[LuaValue, ...], d: int = 0) -> Generator[Any, Any, Any]:
        """Call any value where it may yield."""
        if function.__class__ is not FunctionType:
            if state.metamethod(function, "__call") is None:
                return state.names.call_any(function, arguments)  # which raises
            return (yield from twin(0, function)(d, *arguments))
        generator = twin_of(function)
        if generator is None:
            return state.names.call_any(function, arguments)
        if generator is YIELD:
            return (yield arguments)
        if d >= MAX_GENERATORS:
            generator = deep(function)
        return settle_tail((yield from generator(d, *arguments)))

    def nested(function: Any, arguments: tuple[LuaValue, ...]) -> Generator[Any, Any, Any]:
        """Call what an instruction calls by itself; how many generators lie below it is not known."""
        coroutine = state.current
        inside = coroutine.inside
        coroutine.inside = inside + _NESTED
        try:
            return (yield from run(function, arguments, inside + _NESTED))
        finally:
            coroutine.inside = inside

    def deep(function: FunctionType) -> Twin:
        """Return what goes on as frames of the VM, in a coroutine of its own that passes its yields on."""
        from moonquakes.vm.interpreter import resume_from_host

        def descend(d: int, *arguments: LuaValue) -> Generator[Any, Any, Any]:
            inner = Coroutine(state, function)
            outer = inner.stands_for = state.current
            values = list(arguments)
            while True:
                ok, *results = resume_from_host(state, inner, values, wraps=False)
                if ok is FALSE:
                    error = LuaError(results[0])
                    error.handled = inner.message_handler is not None
                    if outer.handler is UNCAUGHT:
                        outer.left = (*outer.left, inner)
                        raise error
                    raise close(state, inner) or error
                if inner.status == "dead":
                    return pack_results(tuple(results))
                try:
                    values = list(as_tuple((yield tuple(results))))
                except CoroutineClose:
                    raised = close(state, inner)
                    if raised is None:
                        raise
                    raise raised from None

        return descend

    def steps(triple: Any, count: int) -> tuple[Any, Any, LuaValue]:
        """Return how a generic loop gets its next values, by a call or a generator, and what to close."""
        values = as_tuple(triple)
        function, subject, control, closing = (*values[:4], None, None, None, None)[:4]
        closing = None if closing is FALSE else closing
        if function.__class__ is FunctionType:
            generator = twin_of(function)
        else:
            if state.metamethod(function, "__call") is None:
                raise iterator_fault(state, function)
            generator = partial(run_with, function)
        if generator is None or (function is state.next_function and subject.__class__ is Table):
            iterator = state.names.table["each1" if count == 1 else "each2"](values[:3]) if count < 3 else (
                state.names.table["each"](values[:3], count)
            )  # fmt: skip
            return stepping(iterator), None, closing
        padding = (None,) * count

        def step() -> Generator[Any, Any, Any]:
            nonlocal control
            if generator is YIELD:
                results = as_tuple((yield (subject, control)))
            else:
                results = as_tuple((yield from nested(function, (subject, control))))
            control = first(results)
            if control is None:
                return None
            return control if count == 1 else (*results[:count], *padding[len(results) :])

        return None, step, closing

    def run_with(function: Any, d: int, *arguments: LuaValue) -> Generator[Any, Any, Any]:
        return (yield from run(function, arguments, d))

    names: dict[str, Any] = {
        "twin": twin, "deep": deep, "nested": nested, "steps": steps, "YIELD": YIELD,
        "CoroutineClose": CoroutineClose, "AttributeError": AttributeError,
    }  # fmt: skip

    def g_call(pc: int, function: Any, *arguments: LuaValue) -> Generator[Any, Any, Any]:
        if function.__class__ is not FunctionType and state.metamethod(function, "__call") is None:
            raise call_fault(state, pc, function)
        return (yield from nested(function, arguments))

    def function_for(o: Any, key: LuaValue, event: str) -> tuple[FunctionType | None, Any]:
        """Return the function that indexing ends at, with what it gets; None when there is none to call."""
        value = o
        for _ in range(100):
            if value.__class__ is Table:
                metatable = value.metatable
                if metatable is None or value.get(key) is not None:
                    break
                handler = metatable.hash.get(event)
            else:
                handler = state.metamethod(value, event)
            if handler.__class__ is FunctionType:
                return handler, value
            if handler is None:
                break
            value = handler
        return None, o

    def g_index(pc: int, o: Any, key: LuaValue) -> Generator[Any, Any, LuaValue]:
        handler, value = function_for(o, key, "__index")
        if handler is None:
            return table["index"](pc, o, key)
        return first((yield from nested(handler, (value, key))))

    def g_setindex(pc: int, o: Any, key: LuaValue, new: LuaValue) -> Generator[Any, Any, None]:
        handler, value = function_for(o, key, "__newindex")
        if handler is None:
            table["setindex"](pc, o, key, new)
        else:
            yield from nested(handler, (value, key, new))

    def binary(name: str, event: str, is_test: bool) -> Callable[..., Generator[Any, Any, Any]]:
        def perform(pc: int, x: LuaValue, y: LuaValue) -> Generator[Any, Any, Any]:
            x, y = first(x), first(y)
            plain = (int, float)
            if x.__class__ not in plain or y.__class__ not in plain:
                handler = None
                if event != "__eq" or (x != y and x.__class__ is y.__class__):
                    handler = state.binary_metamethod(x, y, event)
                if handler is not None and not (x.__class__ is str and y.__class__ is str and is_test):
                    result = first((yield from nested(handler, (x, y))))
                    return truthy(result) if is_test else result
            return table[name](pc, x, y)

        return perform

    for name in ("add", "sub", "mul", "mod", "pow", "div", "idiv", "band", "bor", "bxor", "shl", "shr"):
        names[f"g_{name}"] = binary(name, f"__{name}", False)
    for name in ("lt", "le", "eq"):
        names[f"g_{name}"] = binary(name, f"__{name}", True)

    def unary(name: str) -> Callable[..., Generator[Any, Any, Any]]:
        event = "__len" if name == "length" else f"__{name}"

        def perform(pc: int, x: LuaValue) -> Generator[Any, Any, Any]:
            handler = state.metamethod(x, event) if x.__class__ not in (int, float, str) else None
            if handler is not None:
                return first((yield from nested(handler, (x, x))))
            return table[name](pc, x)

        return perform

    for name in ("unm", "bnot", "length"):
        names[f"g_{name}"] = unary(name)

    def g_concat(pc: int, *values: LuaValue) -> Generator[Any, Any, LuaValue]:
        pieces = [first(value) for value in values]
        right = pieces.pop()
        while pieces:
            left = pieces.pop()
            if left.__class__ in (str, int, float) and right.__class__ in (str, int, float):
                right = table["concat"](pc, left, right)
                continue
            handler = state.binary_metamethod(left, right, "__concat")
            if handler is None:
                return table["concat"](pc, *pieces, left, right)
            right = first((yield from nested(handler, (left, right))))
        return right

    def g_close(tbc: Any, level: int) -> Generator[Any, Any, None]:
        while tbc and tbc[-1][0] >= level:
            _, value = tbc.pop()
            yield from nested(state.metamethod(value, "__close"), (value, None))

    def g_close_after(tbc: Any, exception: BaseException) -> Generator[Any, Any, BaseException]:
        if not tbc:
            return exception
        error: Any = None
        if not isinstance(exception, CoroutineClose):
            coroutine = state.current
            if coroutine.handler is UNCAUGHT:
                # They stay open until the coroutine is closed.
                coroutine.left = (*coroutine.left, tbc)
                return exception
            error = handle(state, state.frame, settle(state, exception), exception)  # type: ignore[arg-type]
            error.__traceback__ = exception.__traceback__
        while tbc:
            _, value = tbc.pop()
            try:
                yield from nested(
                    state.metamethod(value, "__close"), (value, error.value if error is not None else None)
                )
            except Exception as raised:
                error = handle(state, state.frame, settle(state, raised), raised)
        return exception if error is None else error

    names |= {
        "g_call": g_call, "g_index": g_index, "g_method": g_index, "g_setindex": g_setindex,
        "g_concat": g_concat, "g_close": g_close, "g_close_after": g_close_after, "run": run,
    }  # fmt: skip
    return names


def make_protected_twin(state: State, has_handler: bool) -> Twin:
    """Return the generator of ``pcall``, or of ``xpcall``."""

    def protected(d: int, *arguments: LuaValue) -> Generator[Any, Any, LuaResults]:
        if not arguments:
            raise ArgumentError(1, "value expected")
        function, *rest = arguments
        handler: LuaValue = None
        if has_handler:
            handler = rest.pop(0) if rest else None
            if handler.__class__ is not FunctionType:
                raise ArgumentError.wrong_type(2, "function", handler)
        coroutine = state.current
        outer, coroutine.handler = coroutine.handler, handler
        try:
            results = yield from state.names.table["run"](function, tuple(rest), d + 1)
        except Exception as exception:
            if coroutine.handler is CLOSING:
                raise
            error = settle(state, exception)
            if handler is not None and not error.handled:
                error = run_handler(state, handler, error, exception)
            return FALSE, error.value
        finally:
            if coroutine.handler is not CLOSING:
                coroutine.handler = outer
        return (TRUE, *as_tuple(results)) if results.__class__ is tuple else (TRUE, results)

    # A level of the stack, as the function that it stands for.
    protected.__code__ = attach_intrinsic(protected.__code__, Intrinsic(_never))
    return protected


def make_forwarding_twin(
    state: State, begin: Callable[..., tuple[Any, tuple[LuaValue, ...]]], change: Callable[[Any], Any]
) -> Twin:
    """Return the generator of a host function that returns what it calls, through ``change``.

    ``begin`` gets its arguments and returns what to call, with what.
    """

    def forward(d: int, *arguments: LuaValue) -> Generator[Any, Any, LuaResults]:
        function, passed = begin(*arguments)
        if function is None:
            return passed
        return change((yield from state.names.table["run"](function, passed, d + 1)))

    forward.__code__ = attach_intrinsic(forward.__code__, Intrinsic(_never))  # a level of the stack, as above
    return forward


def _never(*_: Any) -> None:
    raise AssertionError("the VM calls the function itself, not its generator")
