-- Tables that change while next, sort, concat, unpack and gsub look at them.
-- run: fuel=5M -> held

local t = {}
for i = 1, 100 do t[i] = i t["k" .. i] = i end
pcall(function() for k in pairs(t) do t[k] = nil t[tostring(k) .. "x"] = 1 end end)
local list = {5, 4, 3, 2, 1}
pcall(table.sort, list, function(a, b) for i = 1, 5 do list[i] = nil end return a < b end)
local u = setmetatable({}, {__index = function(s, i) if i > 50 then error("stop") end s[i] = "x" return "x" end,
  __len = function() return 100 end})
pcall(table.concat, u)
pcall(table.unpack, u)
local m = {}
pcall(string.gsub, ("x"):rep(50), "x", setmetatable(m, {__index = function(_, k) m[#m + 1] = 1 return "y" end}))
pcall(table.move, u, 1, 100, 2)
return "held"
