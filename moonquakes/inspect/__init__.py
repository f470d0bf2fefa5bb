"""Seeing a Lua program run: step it from Python, look at what the machine holds, trace it.

:class:`Inspector` halts a program between any two instructions; :class:`Tracer`
writes down each instruction of one that runs on.  What they show is plain data.
"""

from __future__ import annotations

from moonquakes.inspect.inspector import Inspector
from moonquakes.inspect.tracer import Tracer
from moonquakes.inspect.views import (
    Breakpoint,
    CoroutineView,
    Evaluation,
    Instruction,
    StackFrame,
    Stop,
    Value,
    Variable,
)

__all__ = [
    "Breakpoint",
    "CoroutineView",
    "Evaluation",
    "Inspector",
    "Instruction",
    "StackFrame",
    "Stop",
    "Tracer",
    "Value",
    "Variable",
]
