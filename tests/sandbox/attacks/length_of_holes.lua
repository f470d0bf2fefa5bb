-- The length of tables with holes, and tables that grow and shrink.
-- run: fuel=2M -> FuelExceeded
-- run: -> DeadlineExceeded

local t = {}
for i = 1, 20000 do t[i] = i end
while true do
  local n = #t
  t[n] = nil
  if n < 10 then for i = 1, 20000 do t[i] = i end end
  t[n // 2] = nil t[n // 2] = 1
end
