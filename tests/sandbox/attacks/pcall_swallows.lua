-- Protected calls around each other that go on after whatever they catch.
-- run: fuel=300k -> FuelExceeded
-- run: -> DeadlineExceeded

local function go()
  while true do
    pcall(function() while true do pcall(error, "x") end end)
  end
end
while true do pcall(pcall, xpcall, go, go) end
