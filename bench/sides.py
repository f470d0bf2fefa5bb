"""Which sides take part in the benchmark, and how is each started?

A side that cannot run here says why.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parent
PYTHON_PROGRAMS: Final = HERE / "python"
WARM: Final = HERE / "warm.lua"
MOONQUAKES: Final = Path(sys.executable).parent / "moonquakes"
PYPY_MOONQUAKES: Final = ROOT / ".cache" / "matrix" / "pypy-3.11" / "bin" / "moonquakes"
FENGARI_FOLDER: Final = ROOT / ".cache" / "fengari"
FENGARI: Final = FENGARI_FOLDER / "node_modules" / ".bin" / "fengari"
FENGARI_PACKAGE: Final = "fengari-node-cli@0.1.0"

#: Instructions that a side with fuel may run: more than any program needs, so that it counts and never stops.
FUEL: Final = "1000000000000"

REFERENCE: Final = "lua"


@dataclass(frozen=True)
class Side:
    """One way to run a program.

    Attributes:
        command: what comes before the program's path.
        why_not: returns why the side cannot run here, or "".
        warm: whether it runs the program repeatedly in one process and reports the best run's seconds itself.
        python: whether it runs the hand-written Python program of the same name.
        exact: whether its output must be the reference's. If not, other numbers are marked and timed (its
            integers are narrower, its work is the same), anything else is left untimed; neither is a fault.
    """

    name: str
    label: str
    command: Sequence[str | Path]
    why_not: Callable[[], str]
    environment: Mapping[str, str] = field(default_factory=dict)
    warm: bool = False
    python: bool = False
    exact: bool = True

    def command_for(self, program: Path, scale: str | None) -> list[str | Path] | None:
        """Return the command that runs a program, or None when this side has no such program."""
        arguments = [] if scale is None else [scale]
        if self.python:
            written = PYTHON_PROGRAMS / f"{program.stem}.py"
            return [*self.command, written, *arguments] if written.is_file() else None
        return [*self.command, program, *arguments]

    def empty_command(self, folder: Path) -> list[str | Path]:
        """Return the command that runs an empty program, which it writes into a folder."""
        empty = folder / ("empty.py" if self.python else "empty.lua")
        empty.write_text("")
        return [*self.command, empty]


def need(tool: str) -> Callable[[], str]:
    return lambda: "" if shutil.which(tool) else f"{tool} is not installed"


@cache
def accepts(moonquakes: Path, *options: str) -> bool:
    """Return whether the command line has these options."""
    done = subprocess.run([moonquakes, *options, "-e", ""], capture_output=True, check=False)
    return done.returncode == 0


def need_options(moonquakes: Path, *options: str) -> Callable[[], str]:
    def why_not() -> str:
        if not moonquakes.exists():
            return (
                f"no {moonquakes.relative_to(ROOT) if moonquakes.is_relative_to(ROOT) else moonquakes}; "
                + ("./dev matrix makes it" if moonquakes == PYPY_MOONQUAKES else "./dev setup makes it")
            )
        if not accepts(moonquakes, *options):
            return (
                f"moonquakes does not accept {' '.join(options)}" if options else "moonquakes does not start"
            )
        return ""

    return why_not


def why_not_fengari() -> str:
    """Install fengari unless it is there, and return why that did not work."""
    if FENGARI.exists():
        return ""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "node and npm are not installed"
    print(f"bench: installing {FENGARI_PACKAGE} into {FENGARI_FOLDER.relative_to(ROOT)}", file=sys.stderr)
    FENGARI_FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(
            ["npm", "install", "--prefix", FENGARI_FOLDER, "--no-audit", "--no-fund", FENGARI_PACKAGE],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    except subprocess.TimeoutExpired:
        return "npm took too long to install it"
    if done.returncode != 0 or not FENGARI.exists():
        return f"npm could not install it: {done.stderr.strip().splitlines()[-1:]}"
    return ""


FAST_OPTIONS: Final = ("--engine", "fast")

SIDES: Final = {
    side.name: side
    for side in [
        Side(REFERENCE, "C Lua", ["lua5.4"], need("lua5.4")),
        Side("fast", "fast engine", [MOONQUAKES, *FAST_OPTIONS], need_options(MOONQUAKES, *FAST_OPTIONS)),
        # Chosen by the environment: a version without another engine has no option for it.
        Side("vm", "virtual machine", [MOONQUAKES], need_options(MOONQUAKES), {"MOONQUAKES_ENGINE": "vm"}),
        Side(
            "fuel",
            "fast engine with fuel",
            [MOONQUAKES, *FAST_OPTIONS, "--fuel", FUEL],
            need_options(MOONQUAKES, *FAST_OPTIONS, "--fuel", FUEL),
        ),
        Side(
            "pypy-cold",
            "PyPy, cold",
            [PYPY_MOONQUAKES, *FAST_OPTIONS],
            need_options(PYPY_MOONQUAKES, *FAST_OPTIONS),
        ),
        Side(
            "pypy-warm",
            "PyPy, warm",
            [PYPY_MOONQUAKES, *FAST_OPTIONS, WARM],
            need_options(PYPY_MOONQUAKES, *FAST_OPTIONS),
            warm=True,
        ),
        Side("python", "Python by hand", [sys.executable], lambda: "", python=True),
        # It is Lua 5.3 with integers of 32 bits; where sums grow beyond them, it prints other numbers.
        Side("fengari", "fengari", [FENGARI], why_not_fengari, exact=False),
    ]
}

#: What runs unless told otherwise: the quick ones.
DEFAULT_SIDES: Final = ("fast", "python")
