-- Metamethods of every operator that use their own operator.
-- run: fuel=2M -> FuelExceeded|held
-- run: -> DeadlineExceeded|MemoryExceeded|held

local mt = {}
mt.__add = function(a, b) return a + b end
mt.__concat = function(a, b) return a .. b end
mt.__eq = function(a, b) return a == setmetatable({}, mt) end
mt.__lt = function(a, b) return a < b end
mt.__le = function(a, b) return a <= b end
mt.__len = function(a) return #a end
mt.__unm = function(a) return -a end
mt.__bnot = function(a) return ~a end
mt.__call = function(self, ...) return self(...) end
mt.__tostring = function(a) return tostring(a) end
mt.__pairs = function(a) return pairs(a) end
local a, b = setmetatable({}, mt), setmetatable({}, mt)
local tries = {
  function() return a + b end, function() return a .. b end, function() return a == b end,
  function() return a < b end, function() return a <= b end, function() return #a end,
  function() return -a end, function() return ~a end, function() return a(1) end,
  function() return tostring(a) end, function() return pairs(a) end,
}
for _, try in ipairs(tries) do assert(not pcall(try)) end
return "held"
