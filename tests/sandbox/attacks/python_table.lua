-- The python table: its functions take nothing that a script can make.
-- run: -> held

if not python then return "held" end
for name, f in pairs(python) do
  if type(f) == "function" then
    for _, value in ipairs {1, "x", {}, print, true} do
      pcall(f, value)
      pcall(f, value, value)
      pcall(function() return f(value).__class__ end)
    end
  end
end
assert(not pcall(function() python.none = 1 end))
assert(not pcall(function() return python.none.__class__ end))
assert(not pcall(function() return python.as_attrgetter(python.none).__class__ end))
assert(python.eval == nil and python.builtins == nil and python.set_overflow_handler == nil)
return "held"
