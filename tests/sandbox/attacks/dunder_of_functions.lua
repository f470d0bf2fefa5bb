-- Python's attributes of library functions, of strings, numbers and coroutines.
-- run: -> held

local names = {"__class__", "__globals__", "__code__", "__closure__", "__builtins__", "__self__", "__dict__",
  "__init__", "__subclasses__", "__mro__", "__wrapped__", "python_callable", "twin", "cr_frame", "gi_frame",
  "tb_frame", "f_globals", "f_back", "format", "encode", "value", "metatable", "hash", "arr"}
local co = coroutine.create(function() end)
for _, value in ipairs {print, string.rep, pcall, load, "text", 1, 1.5, true, co, coroutine.wrap(print)} do
  for _, name in ipairs(names) do
    local ok, result = pcall(function() return value[name] end)
    assert(not ok or result == nil or value == "text" and string[name] == result, name)
  end
end
return "held"
