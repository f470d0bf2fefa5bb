-- Sources with more of everything than a function may have.
-- run: fuel=40M -> held|FuelExceeded
-- run: -> held|DeadlineExceeded|MemoryExceeded

local function many(piece, n)
  local out = {}
  for i = 1, n do out[i] = piece:gsub("@", tostring(i)) end
  return table.concat(out, " ")
end
load(many("local a@", 300))
load(many("x@ = 1", 3000))
load("return " .. many("a@,", 300) .. "1")
load("f(" .. many("a@,", 300) .. "1)")
load(many("goto l@ ::l@::", 300))
load("return {" .. many("@,", 5000) .. "}")
load("local a " .. many("local function f@() return a end", 250))
return "held"
