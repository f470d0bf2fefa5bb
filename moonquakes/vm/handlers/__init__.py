"""What each opcode does: one small function per instruction, grouped by job.

``PREPARERS`` maps every opcode's name to the function that decodes its word.
"""

from __future__ import annotations

from moonquakes.bytecode.opcodes import OPCODES
from moonquakes.vm.handlers import arithmetic, calls, closures, comparisons, loads, loops, tables
from moonquakes.vm.handlers.loads import Preparer

PREPARERS: dict[str, Preparer] = {}
for _module in (loads, tables, arithmetic, comparisons, calls, loops, closures):
    PREPARERS.update(_module.PREPARERS)

assert set(PREPARERS) == {opcode.name for opcode in OPCODES}
