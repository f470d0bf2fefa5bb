-- gsub, gmatch and find from every place of a long subject.
-- run: fuel=3M -> FuelExceeded
-- run: -> DeadlineExceeded

local s = ("a"):rep(100000)
while true do
  s:gsub("a-b", "")
  for x in s:gmatch(".-%d") do end
  s:find("%f[%d].-%f[%D]")
  s:find("[^b]*b")
  s:match("%b()")
  s:match("(a*)%1b")
end
