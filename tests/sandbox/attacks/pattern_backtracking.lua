-- Patterns that try exponentially many ways.
-- run: fuel=3M -> FuelExceeded
-- run: -> DeadlineExceeded

local s = ("a"):rep(30)
while true do
  string.find(s, ("a?"):rep(30) .. ("a"):rep(30) .. "b")
  string.find(s:rep(10), ".-.-.-.-.-.-b")
  string.match(s:rep(100), "(.*)(.*)(.*)(.*)x")
end
