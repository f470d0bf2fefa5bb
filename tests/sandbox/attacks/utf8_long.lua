-- utf8 functions over long strings, again and again.
-- run: fuel=1M -> FuelExceeded
-- run: -> DeadlineExceeded

local s = ("\u{10FFFF}"):rep(200000)
while true do
  utf8.len(s) utf8.offset(s, -1) utf8.offset(s, 190000)
  for p, c in utf8.codes(s) do if p > 100 then break end end
end
