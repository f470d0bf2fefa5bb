-- gsub with a table or function that gives long pieces for each character.
-- run: fuel=5M -> FuelExceeded|MemoryExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local long = ("y"):rep(100000)
local s = ("x"):rep(1000)
while true do
  pcall(string.gsub, s, "x", {x = long})
  pcall(string.gsub, s, "x", function() return long end)
  pcall(string.gsub, s, "", long)
end
