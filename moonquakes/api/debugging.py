"""The debug interface: levels of the stack, what runs there, its variables, hooks (§4.7)."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, Final, TypeAlias

from moonquakes.api.constants import (
    MQ_HOOKCALL,
    MQ_HOOKCOUNT,
    MQ_HOOKLINE,
    MQ_HOOKRET,
    MQ_HOOKTAILCALL,
    MQ_MASKCALL,
    MQ_MASKCOUNT,
    MQ_MASKLINE,
    MQ_MASKRET,
)
from moonquakes.api.contracts import contract
from moonquakes.api.state import HookYield, RunningHook, Shared, mq_State, value_at
from moonquakes.api.text import Text, lua_string
from moonquakes.stdlib.debug import describe
from moonquakes.stdlib.debug_variables import get_local, host_values, set_local
from moonquakes.values import LuaResults, LuaValue
from moonquakes.vm.activations import Activation, levels_of
from moonquakes.vm.functions import proto_of
from moonquakes.vm.hooks import Hook, hook_of, set_hook

_EVENTS: Final = {
    "call": MQ_HOOKCALL,
    "return": MQ_HOOKRET,
    "line": MQ_HOOKLINE,
    "count": MQ_HOOKCOUNT,
    "tail call": MQ_HOOKTAILCALL,
}
_LETTERS: Final = {"c": MQ_MASKCALL, "r": MQ_MASKRET, "l": MQ_MASKLINE}
#: The fields of mq_Debug that are numbers or truth values; the others are strings.
_PLAIN: Final = frozenset(
    {"currentline", "ftransfer", "lastlinedefined", "linedefined", "nparams", "ntransfer", "nups"}
)
_TRUTHS: Final = frozenset({"istailcall", "isvararg"})


class mq_Debug:
    """What is known of a level of the stack, or of a function (``lua_Debug``).

    Attributes:
        event: what a hook is called for.
        name, namewhat: how it was called (``n``); the name is None when unknown.
        what, source, short_src, srclen, linedefined, lastlinedefined: where it comes from (``S``).
        currentline: the line it is at (``l``), -1 when unknown.
        nups, nparams, isvararg: its upvalues and parameters (``u``).
        istailcall: whether it took its caller's place (``t``).
        ftransfer, ntransfer: the first value that a call or return passes, and how many (``r``).
        activation: the level itself, None for none.
    """

    __slots__ = (
        "activation", "currentline", "event", "ftransfer", "istailcall", "isvararg", "lastlinedefined",
        "linedefined", "name", "namewhat", "nparams", "ntransfer", "nups", "short_src", "source", "srclen",
        "what",
    )  # fmt: skip

    def __init__(self) -> None:
        self.event = 0
        self.name: bytes | None = None
        self.namewhat = self.what = self.source = self.short_src = b""
        self.srclen = 0
        self.currentline = self.linedefined = self.lastlinedefined = -1
        self.nups = self.nparams = self.ftransfer = self.ntransfer = 0
        self.isvararg = self.istailcall = False
        self.activation: Activation | None = None


#: A debug hook: ``hook(L, ar)``; ``ar.event`` says what for.
mq_Hook: TypeAlias = Callable[[mq_State, mq_Debug], Any]


# Levels


@contract(0, 0, section="4.7")
def mq_getstack(L: mq_State, level: int, ar: mq_Debug) -> bool:
    """Let ``ar`` stand for a level, 0 the running function, 1 its caller; return False when there is none."""
    if level < 0:
        raise ValueError(f"mq_getstack: level {level} is negative")
    hook = L.hook
    for activation in levels_of(L.engine, L.thread):
        if hook is not None and hook.stack is L.stack and activation.function is hook.function:
            continue  # a hook is no level of the stack
        if level == 0:
            if activation.code is None:
                return False
            ar.activation = activation
            return True
        level -= 1
    return False


@contract("(0|1)", "(0|1|2)", "m", section="4.7")
def mq_getinfo(L: mq_State, what: Text, ar: mq_Debug) -> bool:
    """Fill the fields of ``ar`` for the letters of ``what``: ``S l u n t r``; return False for others.

    It is about the level that ``ar`` stands for, or with ``>`` first about a function that is popped.
    ``f`` pushes the function, ``L`` the set of its lines that have code.
    """
    letters = lua_string(what)
    activation = ar.activation
    is_active = not letters.startswith(">")
    if not is_active:
        letters = letters[1:]
        function = value_at(L, -1)
        if type(function) is not FunctionType:
            raise TypeError("mq_getinfo: no function is on top of the stack")
        activation = Activation(L.stack.pop(), None, None)
    if activation is None:
        raise ValueError("mq_getinfo: the mq_Debug stands for no level")
    known = "".join(letter for letter in letters if letter in "SlnrutLf")
    fields = describe(L.engine, activation, known, active=is_active).hash
    if "n" in known and "name" not in fields:
        ar.name = None
    for name, value in fields.items():
        if name in _PLAIN:
            setattr(ar, name, value)
        elif name in _TRUTHS:
            setattr(ar, name, bool(value))
        elif type(value) is str:
            setattr(ar, name, value.encode("latin-1"))
    if "S" in known:
        ar.srclen = len(ar.source)
    if "f" in known:
        L.stack.append(fields["func"])
    if "L" in known:
        L.stack.append(fields.get("activelines"))
    return len(known) == len(letters)


@contract(0, "(0|1)", section="4.7")
def mq_getlocal(L: mq_State, ar: mq_Debug | None, n: int) -> bytes | None:
    """Push local variable ``n`` of the level ``ar`` and return its name; None when there is none.

    Without ``ar``: return the name of parameter ``n`` of the Lua function on top, and push nothing.
    """
    if ar is None:
        function = value_at(L, -1)
        proto = proto_of(function) if type(function) is FunctionType else None
        return _encoded(proto.local_name(n - 1, 0) if proto is not None and n > 0 else None)
    level = _level(ar, "mq_getlocal")
    if level.frame is None:
        values = _host_values(L, level)
        if not 0 < n <= len(values):
            return None
        L.stack.append(values[n - 1])
        return b"(C temporary)"
    found = get_local(level.frame, n)
    if found is None:
        return None
    L.stack.append(found[1])
    return _encoded(found[0])


@contract(1, 0, section="4.7")
def mq_setlocal(L: mq_State, ar: mq_Debug, n: int) -> bytes | None:
    """Pop a value into local variable ``n`` of the level ``ar`` and return its name, or None."""
    level = _level(ar, "mq_setlocal")
    value = L.stack.pop()
    if level.frame is not None:
        return _encoded(set_local(level.frame, n, value))
    values = _host_values(L, level)
    if not 0 < n <= len(values):
        return None
    values[n - 1] = value
    return b"(C temporary)"


def _level(ar: mq_Debug, name: str) -> Activation:
    if ar.activation is None:
        raise ValueError(f"{name}: the mq_Debug stands for no level")
    return ar.activation


def _host_values(L: mq_State, level: Activation) -> list[LuaValue]:
    """Return the stack of a host function, or its arguments when it is not the running one."""
    ar = mq_Debug()
    if mq_getstack(L, 0, ar) and ar.activation is not None and ar.activation.function is level.function:
        return L.stack
    return host_values(L.engine, level)


def _encoded(name: str | None) -> bytes | None:
    return None if name is None else name.encode("latin-1")


# Hooks


@contract(0, 0, section="4.7")
def mq_sethook(L: mq_State, f: mq_Hook | None, mask: int, count: int = 0) -> None:
    """Call ``f`` for the events of ``mask`` (``MQ_MASK*``) in thread ``L``; none for None or an empty mask.

    With ``MQ_MASKCOUNT`` every ``count`` instructions.  No events happen while it runs.
    """
    thread = L.thread.stands_for or L.thread
    if f is None or not mask:
        set_hook(thread, None)
        return
    letters = "".join(letter for letter, bit in _LETTERS.items() if mask & bit)
    set_hook(thread, Hook(_hook_function(L.shared, f), letters, count if mask & MQ_MASKCOUNT else 0))


def _hook_function(shared: Shared, f: mq_Hook) -> Callable[..., LuaResults]:
    """Return what the engine calls for an event."""

    def hook(event: LuaValue = None, line: LuaValue = None, *_: LuaValue) -> LuaResults:
        L = shared.running()
        saved = L.stack, L.upvalues, L.entry, L.hook
        L.stack, L.upvalues, L.entry = [], [], None
        L.hook = RunningHook(L.stack, hook, event)
        ar = mq_Debug()
        ar.event = _EVENTS[event]
        if line is not None:
            ar.currentline = line
        try:
            mq_getstack(L, 0, ar)
            f(L, ar)
        except HookYield:
            running = hook_of(shared.engine.current)
            if running is not None:
                running.yields = True
        finally:
            L.stack, L.upvalues, L.entry, L.hook = saved
        return ()

    hook.mq_hook = f  # type: ignore[attr-defined]  # functions may have any attribute
    return hook


@contract(0, 0, section="4.7")
def mq_gethook(L: mq_State) -> mq_Hook | None:
    """Return the hook of thread ``L``, None for none; one of the debug library's as one that calls it."""
    hook = hook_of(L.thread)
    if hook is None:
        return None
    function = hook.function
    found: mq_Hook | None = getattr(function, "mq_hook", None)
    if found is not None:
        return found
    names = {number: name for name, number in _EVENTS.items()}

    def call(L: mq_State, ar: mq_Debug) -> None:
        line = ar.currentline if ar.event == MQ_HOOKLINE else None
        L.engine.call(function, names[ar.event], line)

    return call


@contract(0, 0, section="4.7")
def mq_gethookmask(L: mq_State) -> int:
    """Return the mask of thread ``L``'s hook, 0 without one."""
    hook = hook_of(L.thread)
    if hook is None:
        return 0
    mask = sum(bit for letter, bit in _LETTERS.items() if letter in hook.mask)
    return mask | (MQ_MASKCOUNT if hook.count else 0)


@contract(0, 0, section="4.7")
def mq_gethookcount(L: mq_State) -> int:
    """Return how many instructions thread ``L``'s hook counts between two events, 0 for none."""
    hook = hook_of(L.thread)
    return 0 if hook is None else hook.count


@contract(0, 0, section="8.3")
def mq_setcstacklimit(L: mq_State, limit: int) -> int:
    """Change nothing and return the limit of nested calls, 200, as C does since 5.4.3."""
    return 200
