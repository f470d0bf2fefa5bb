-- Errors of library functions that library functions call; once more in a chunk that may set a hook.
local program = [[
local function reader(f, ...) local arguments = table.pack(...) return function() return f(table.unpack(arguments, 1, arguments.n)) end end
print(pcall(function() table.sort({1, 2, 3}, table.sort) end))
print(pcall(table.sort, {1, 2, 3}, table.sort))
print(pcall(function() return (string.gsub("abc", ".", string.rep)) end))
print(pcall(string.gsub, "abc", ".", string.rep))
print(pcall(function() return (("x"):gsub(".", ("").rep)) end))
print(pcall(function() return (("x"):gsub(".", error)) end))
print(pcall(function() return (("x"):gsub(".", setmetatable)) end))
print(pcall(function() return (("x"):gsub(".", function() string.rep() end)) end))
print(pcall(function() return tostring(setmetatable({}, {__tostring = string.rep})) end))
print(pcall(function() return table.unpack(setmetatable({}, {__index = string.rep}), 1, 2) end))
print(load(string.rep))
print(load(reader(error, "x")))
print(load(reader(error, nil)))
print(load(reader(string.rep)))
print(xpcall(load, string.upper, reader(error, "x", 0)))
print(xpcall(function() return load(reader(string.rep)) end, function(m) return "seen: " .. m end))
local function levels(f, ...)
  return select(2, xpcall(f, function(m)
    local names, level = {m}, 2
    while true do
      local info = debug.getinfo(level, "Sf")
      if info.func == xpcall then return table.concat(names, " < ") end
      for name, value in pairs{sort = table.sort, gsub = string.gsub, error = error} do
        if info.func == value then names[#names + 1] = name end
      end
      if info.what == "Lua" then names[#names + 1] = "Lua" end
      level = level + 1
    end
  end, ...))
end
print(levels(function() table.sort({1, 2, 3}, table.sort) end))
print(levels(function() return (string.gsub("abc", ".", error)) end))
print(levels(function() return (string.gsub("abc", ".", function(c) table.sort({1, 2}, error) end)) end))
]]
load(program, "=translated", "t", _ENV)()
load("local set = debug.sethook; " .. program, "=watched", "t", _ENV)()
--> false bad argument #1 to 'table.sort' (table expected, got number)
--> false bad argument #1 to 'table.sort' (table expected, got number)
--> false bad argument #2 to 'string.rep' (number expected, got no value)
--> false bad argument #2 to 'string.rep' (number expected, got no value)
--> false bad argument #2 to 'string.rep' (number expected, got no value)
--> false x
--> false bad argument #1 to 'setmetatable' (table expected, got string)
--> false translated:9: bad argument #1 to 'rep' (string expected, got no value)
--> false bad argument #1 to 'string.rep' (string expected, got table)
--> false bad argument #1 to 'string.rep' (string expected, got table)
--> nil bad argument #1 to 'string.rep' (string expected, got no value)
--> nil translated:1: x
--> nil nil
--> nil translated:1: bad argument #1 to 'f' (string expected, got no value)
--> true nil X
--> true nil seen: translated:1: bad argument #1 to 'f' (string expected, got no value)
--> bad argument #1 to 'table.sort' (table expected, got number) < sort < sort < Lua
--> a < error < gsub < Lua
--> 2 < error < sort < Lua < gsub < Lua
--> false bad argument #1 to 'table.sort' (table expected, got number)
--> false bad argument #1 to 'table.sort' (table expected, got number)
--> false bad argument #2 to 'string.rep' (number expected, got no value)
--> false bad argument #2 to 'string.rep' (number expected, got no value)
--> false bad argument #2 to 'string.rep' (number expected, got no value)
--> false x
--> false bad argument #1 to 'setmetatable' (table expected, got string)
--> false watched:9: bad argument #1 to 'rep' (string expected, got no value)
--> false bad argument #1 to 'string.rep' (string expected, got table)
--> false bad argument #1 to 'string.rep' (string expected, got table)
--> nil bad argument #1 to 'string.rep' (string expected, got no value)
--> nil watched:1: x
--> nil nil
--> nil watched:1: bad argument #1 to 'f' (string expected, got no value)
--> true nil X
--> true nil seen: watched:1: bad argument #1 to 'f' (string expected, got no value)
--> bad argument #1 to 'table.sort' (table expected, got number) < sort < sort < Lua
--> a < error < gsub < Lua
--> 2 < error < sort < Lua < gsub < Lua
