-- Sources that nest too deep for a parser that recurses, of every kind.
-- run: fuel=40M -> held|FuelExceeded|MemoryExceeded
-- run: -> held|DeadlineExceeded|MemoryExceeded

local n = 20000
local pairs_of = {
  {"return ", "(", "1", ")"}, {"return ", "{", "", "}"}, {"return ", "-", "1", ""}, {"return ", "not ", "1", ""},
  {"return ", "f(", "", ")"}, {"return ", "a[", "1", "]"}, {"", "do ", "", " end"}, {"", "if x then ", "", " end"},
  {"", "while x do ", "", " end"}, {"return ", "function() return ", "1", " end"}, {"return ", "1 .. ", "1", ""},
  {"return ", "2 ^ ", "1", ""}, {"return a", ".b", "", ""}, {"return a", "()", "", ""}, {"return a", "{}", "", ""},
  {"return ", "1 + ", "1", ""}, {"if x then ", "elseif x then ", "", ""}, {"return ", "x and ", "1", ""},
  {"local a <const> = ", "~", "1", ""}, {"", "repeat ", "", " until x"}, {"", "for i = 1, 2 do ", "", " end"},
}
for _, p in ipairs(pairs_of) do
  for _, count in ipairs {150, 250, n} do
    local f = load(p[1] .. p[2]:rep(count) .. p[3] .. p[4]:rep(count))
    if f then pcall(f) end
  end
end
return "held"
