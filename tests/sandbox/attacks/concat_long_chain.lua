-- One expression with as many .. as registers allow, of strings that get long.
-- run: fuel=5M -> FuelExceeded|MemoryExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local chain = load("local s = ... return " .. ("s .. "):rep(190) .. "s")
local s = "x"
local kept = {}
while true do
  pcall(chain, ("x"):rep(#kept))
  kept[#kept + 1] = chain(("y"):rep(#kept % 1000))
end
