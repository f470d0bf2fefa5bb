-- Messages of errors tell nothing of Python or of the machine's files.
-- run: -> held

local function clean(message)
  message = tostring(message)
  assert(not message:find("Traceback") and not message:find("%.py") and not message:find("/"), message)
end
local tries = {
  function() return nil + 1 end, function() return #nil end, function() return {} .. {} end,
  function() return 1 < "x" end, function() string.rep() end, function() error({}) end,
  function() string.format("%d", "x") end, function() ("x"):bad() end, function() setmetatable(1, 2) end,
  function() string.unpack("i17", "") end, function() return 1 // 0 end, function() table.concat({{}}) end,
  function() coroutine.resume(1) end, function() utf8.codepoint("\xff") end, function() load(1)() end,
  function() local f f = function() return f() + 1 end f() end, function() tostring() end,
  function() for i = 1, 10, 0 do end end, function() coroutine.close(coroutine.running()) end,
}
for _, try in ipairs(tries) do clean(select(2, pcall(try))) end
clean(select(2, load("x = = 1")))
clean(select(2, load("\27")))
return "held"
