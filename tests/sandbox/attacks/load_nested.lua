-- Sources nested as deep as the parser goes: parentheses, blocks, functions, operators.
-- run: fuel=20M -> held|FuelExceeded
-- run: -> held|DeadlineExceeded|MemoryExceeded

local n = 5000
for _, text in ipairs {
  "return " .. ("("):rep(n) .. "1" .. (")"):rep(n),
  ("do "):rep(n) .. ("end "):rep(n),
  "return " .. ("-"):rep(n, " ") .. "1",
  "return " .. ("not "):rep(n) .. "1",
  "return " .. ("{"):rep(n) .. ("}"):rep(n),
  "return " .. ("function() return "):rep(n) .. "1" .. (" end"):rep(n),
  "return " .. ("a."):rep(n) .. "a",
  "return " .. ("1 .. "):rep(n) .. "1",
  "return " .. ("2 ^ "):rep(n) .. "1",
  "local a = " .. ("f{"):rep(n) .. ("}"):rep(n),
  ("if x then else"):rep(n, " ") .. (" end"):rep(n),
  "return " .. ("a("):rep(n) .. (")"):rep(n),
} do
  local f, message = load(text)
  assert(f or type(message) == "string")
end
return "held"
