"""A reference ``lua`` command: runs a script on Lua 5.4.8, which lupa bundles, as the program ``lua`` would.

``python reference.py SCRIPT [ARGUMENT...]``; ``LUA_PATH`` is honoured by the library itself.
"""

from __future__ import annotations

import sys

from lupa.lua54 import LuaRuntime

START = """
local script, arguments = ...
arg = { [0] = script }
for i = 1, #arguments do arg[i] = arguments[i] end
python = nil
local chunk, message = loadfile(script)
if not chunk then io.stderr:write("lua: ", message, "\\n") os.exit(false) end
local ok, result = xpcall(chunk, debug.traceback, table.unpack(arg))
if not ok then io.stderr:write("lua: ", tostring(result), "\\n") os.exit(false) end
os.exit(true)
"""


def main() -> None:
    script, *arguments = sys.argv[1:]
    lua = LuaRuntime(encoding="latin-1")
    lua.execute(START, script, lua.table_from(arguments))


if __name__ == "__main__":
    main()
