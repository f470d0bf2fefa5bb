-- Standalone Lua talks to Redis: moonquakes examples/ping.lua [host [port]]
--
-- RAIN is no part of Moonquakes.  It comes from Raincall, loaded as a library that
-- registers itself through the mq_* API.

local install = assert(package.loadlib("raincall", "raincall_install"))
install()

-- Without RAIN.CONNECT the first RAIN.CALL connects to 127.0.0.1:6379.
if arg[1] then
  RAIN.CONNECT(arg[1], arg[2] or 6379)
end

print("PING:", RAIN.CALL("PING"))

RAIN.CALL("SET", "moon", "quake")
print("moon:", RAIN.CALL("GET", "moon"))

RAIN.CALL("DEL", "phases")
RAIN.CALL("RPUSH", "phases", "new", "waxing", "full", "waning")
local phases = RAIN.CALL("LRANGE", "phases", 0, -1)
print("phases:", table.concat(phases, ", "))

-- A sequence made from a reply has its length in n, for nils may stand in it.
local values = RAIN.CALL("MGET", "moon", "no such key")
print("values:", values.n, values[1], values[2])

-- RAIN.CALL raises what Redis refuses; RAIN.PCALL returns nil and the message.
local reply, message = RAIN.PCALL("LPUSH", "moon", "oops")
print("refused:", reply, message)
