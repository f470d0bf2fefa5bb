"""A shared variable is a cell to the VM, and where each round of a loop has its own a list
of one to translated code: how does each look like the other?
"""

from __future__ import annotations

from types import CellType
from typing import Any


class CellBox:
    """A cell of the VM's, seen as the list of one that translated code expects."""

    __slots__ = ("cell",)

    def __init__(self, cell: CellType) -> None:
        self.cell = cell

    def __getitem__(self, index: int) -> Any:
        return self.cell.cell_contents

    def __setitem__(self, index: int, value: Any) -> None:
        self.cell.cell_contents = value


class BoxCell:
    """A list of one that a translated function keeps a variable in, seen as a cell."""

    __slots__ = ("box",)

    def __init__(self, box: list[Any]) -> None:
        self.box = box

    @property
    def cell_contents(self) -> Any:
        return self.box[0]

    @cell_contents.setter
    def cell_contents(self, value: Any) -> None:
        self.box[0] = value
