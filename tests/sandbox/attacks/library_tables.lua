-- Library tables by every way that writes into a table.
-- run: -> held

local function refused(f, ...)
  local ok, message = pcall(f, ...)
  assert(not ok and tostring(message):find("read%-only") or tostring(message):find("protected")
    or tostring(message):find("invalid"), message)
end
for _, name in ipairs {"string", "table", "math", "coroutine", "utf8", "os"} do
  local lib = _G[name]
  local key = next(lib)
  refused(rawset, lib, key, nil)
  refused(rawset, lib, 1, 2)
  refused(rawset, lib, "new", 2)
  refused(table.insert, lib, 1)
  refused(table.insert, lib, 1, 1)
  refused(setmetatable, lib, {})
  refused(setmetatable, lib, nil)
  refused(table.move, {1, 2}, 1, 2, 1, lib)
  refused(function() lib[key] = nil end)
  refused(function() lib.x, lib.y = 1, 2 end)
  refused(function() for k in pairs(lib) do lib[k] = nil end end)
  assert(getmetatable(lib) == false)
  assert(#lib == 0)
  pcall(table.remove, lib)
  pcall(table.sort, lib)
end
assert(string.rep("x", 3) == "xxx" and math.pi > 3)
return "held"
