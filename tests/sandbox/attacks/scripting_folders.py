# Ways out of the folders that a script may read: dots, links, zero bytes, pipes, huge files.
# run: profile=scripting -> held
"""Files below the folders open for reading, and nothing else."""

import os
import tempfile
from pathlib import Path

from moonquakes import LuaRuntime, MemoryExceeded, Sandbox

SCRIPT = """
assert(io.open("inside.txt"):read("a") == "inside")
for line in io.lines("inside.txt") do assert(line == "inside") end
for _, name in ipairs {"../outside.txt", "link.txt", "folder/../../outside.txt", outside,
    "link/outside.txt", "pipe",
    "inside.txt\\0/../../outside.txt2", "/dev/zero", "/proc/self/environ", "..", "~", "missing"} do
  local f = io.open(name)
  assert(f == nil or name:find("%z") and f:read("a") == "inside", name)
  assert(not pcall(io.lines, name) or name:find("%z"), name)
end
for _, mode in ipairs {"w", "a", "r+", "w+", "a+"} do assert(io.open("inside.txt", mode) == nil) end
local f = io.open("inside.txt")
assert(not f:write("x"))
assert(getmetatable(f) == false)
local many = {}
for i = 1, 100 do many[i] = io.open("inside.txt") end
assert(#many < 20)
return "held"
"""


def attack(runtime, environment):  # type: ignore[no-untyped-def]  # any runtime
    with tempfile.TemporaryDirectory() as name:
        root = Path(name, "root")
        root.mkdir()
        outside = Path(name, "outside.txt")
        outside.write_text("outside")
        (root / "folder").mkdir()
        (root / "inside.txt").write_text("inside")
        (root / "link.txt").symlink_to(outside)
        (root / "link").symlink_to(name)
        os.mkfifo(root / "pipe")
        with open(root / "huge.txt", "wb") as file:
            file.truncate(1 << 32)
        sandbox = Sandbox("scripting", memory=16 << 20, deadline=5, folders=[root], environment=["HOME"])
        mine = LuaRuntime(engine=runtime.engine, sandbox=sandbox)
        mine.globals().outside = str(outside)
        end = mine.execute(SCRIPT, environment=mine.environment())
        for way in ("f:read('a')", "f:read('l')", "f:read(1 << 31)", "f:read('L')"):
            try:
                mine.execute(f"local f = io.open('huge.txt') {way}", environment=mine.environment())
            except MemoryExceeded:
                continue
            return f"{way} gave something"
        return end
