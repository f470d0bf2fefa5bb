-- Objects that finalizers bring back.
-- run: -> MemoryExceeded|DeadlineExceeded

kept = {}
local mt = {__gc = function(o) kept[#kept + 1] = o end}
while true do
  setmetatable({("x"):rep(100)}, mt)
  if #kept % 100 == 99 then collectgarbage() end
end
