"""What does one run of a command cost? Its processor time, its peak memory, and what it printed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

#: Seconds after which a run is killed.
LIMIT: Final = 300.0

#: Seconds between two looks at the memory of a process.
LOOK: Final = 0.002

#: Where Linux tells about processes.
PROC: Final = Path("/proc/self/status")


@dataclass(frozen=True)
class Run:
    """One finished process.

    Attributes:
        seconds: processor time, of the user and of the system.
        peak: largest resident memory in KiB, 0 if the process was too short to be looked at.
        status: exit status, negative for a signal.
    """

    output: bytes
    errors: str
    seconds: float
    peak: int
    status: int


def resident_peak(pid: int) -> int:
    """Return the peak of a running process in KiB, 0 where the system does not tell.

    The kernel's own figure after the end, ``ru_maxrss``, begins with what the parent had before ``exec``,
    so it cannot tell how little C Lua needs.
    """
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1])
    except (OSError, ValueError):
        pass
    return 0


def run(
    command: Sequence[str | Path],
    environment: Mapping[str, str] | None = None,
    *,
    watch_memory: bool = False,
    limit: float = LIMIT,
) -> Run:
    """Run a command to its end; watching its memory costs a little time of another core."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            env={**os.environ, **(environment or {})},
        )
        killer = threading.Timer(limit, process.kill)
        killer.start()
        peak = 0
        try:
            if watch_memory:
                while True:
                    peak = max(peak, resident_peak(process.pid))
                    pid, status, usage = os.wait4(process.pid, os.WNOHANG)
                    if pid:
                        break
                    time.sleep(LOOK)
            else:
                _, status, usage = os.wait4(process.pid, 0)
        finally:
            killer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        return Run(
            output.read(),
            errors.read().decode("utf-8", "replace"),
            usage.ru_utime + usage.ru_stime,
            peak if PROC.exists() else usage.ru_maxrss // (1024 if sys.platform == "darwin" else 1),
            process.returncode,
        )
