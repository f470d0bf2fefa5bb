-- Compare long strings that are equal but not the same.
-- run: fuel=3M memory=32M deadline=1 -> FuelExceeded|DeadlineExceeded
-- run: memory=32M -> DeadlineExceeded

local a = ("x"):rep(4000000) .. "a"
local b = ("x"):rep(4000000) .. "a"
local n = 0
while true do if a == b then n = n + 1 end if a < b then n = n - 1 end end
