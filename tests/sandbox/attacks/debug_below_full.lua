-- Of debug there is the traceback at most, which shows no host.
-- run: profile=scripting -> held

for name in pairs(debug) do assert(name == "traceback") end
local text = debug.traceback("message", 0)
assert(not text:find("%.py") and not text:find("site%-packages"))
local co = coroutine.create(function() coroutine.yield() end)
coroutine.resume(co)
debug.traceback(co) debug.traceback(co, nil, 100) debug.traceback({}) debug.traceback("x", -1)
return "held"
