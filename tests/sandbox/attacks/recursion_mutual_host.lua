-- Recursion through library functions: pcall, sort, gsub, tostring, load, xpcall.
-- run: fuel=3M -> FuelExceeded|MemoryExceeded|held
-- run: -> DeadlineExceeded|MemoryExceeded|held

local ways = {}
ways[1] = function(go) return pcall(go) end
ways[2] = function(go) return table.sort({1, 2, 3}, go) end
ways[3] = function(go) return string.gsub("x", "x", go) end
ways[4] = function(go) return tostring(setmetatable({}, {__tostring = go})) end
ways[5] = function(go) return load(go) end
ways[6] = function(go) return xpcall(error, go) end
ways[7] = function(go) return coroutine.wrap(go)() end
ways[8] = function(go) return table.concat(setmetatable({}, {__len = go})) end
ways[9] = function(go) for x in pairs(setmetatable({}, {__pairs = go})) do end end
ways[10] = function(go) for x in go do end end
for _, way in ipairs(ways) do
  local function go() return way(go) end
  pcall(go)
end
return "held"
