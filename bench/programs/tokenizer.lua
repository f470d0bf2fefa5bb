-- A tokenizer for a small programming language, once by patterns and once character by character.
-- test scale: 2
local N = tonumber(arg and arg[1]) or 60

local source_lines = {}
for i = 1, 40 do
  source_lines[#source_lines + 1] = ("function compute_%d(first, second) // number %d"):format(i, i)
  source_lines[#source_lines + 1] = ("  let total_%d = first * %d + second / %d.5 - 0x%x;"):format(i, i, i, i * 77)
  source_lines[#source_lines + 1] = ('  if (total_%d >= %d && first != second) { print("big: \\"%d\\""); }'):format(i, i * 3, i)
  source_lines[#source_lines + 1] = "  while (total > 0) { total = total - 1; } return total;"
end
local source = table.concat(source_lines, "\n")

local keywords = {}
for word in ("function let if while return print"):gmatch("%a+") do keywords[word] = true end

local rules = {
  { "space", "^%s+" },
  { "comment", "^//[^\n]*" },
  { "number", "^0x%x+" },
  { "number", "^%d+%.?%d*" },
  { "name", "^[%a_][%w_]*" },
  { "operator", "^[<>=!]=" },
  { "operator", "^&&" },
  { "operator", "^[-+*/=<>]" },
  { "mark", "^[(){},;]" },
}

local function by_patterns(text)
  local tokens, position, line = {}, 1, 1
  while position <= #text do
    local kind, value
    if text:sub(position, position) == '"' then
      local stop = position + 1
      while text:sub(stop, stop) ~= '"' do
        if text:sub(stop, stop) == "\\" then stop = stop + 1 end
        stop = stop + 1
      end
      kind, value = "string", text:sub(position, stop)
    else
      for _, rule in ipairs(rules) do
        value = text:match(rule[2], position)
        if value then
          kind = rule[1]
          break
        end
      end
    end
    if not value then error("unexpected character on line " .. line) end
    if kind == "name" and keywords[value] then kind = "keyword" end
    if kind == "space" then
      line = line + select(2, value:gsub("\n", ""))
    elseif kind ~= "comment" then
      tokens[#tokens + 1] = { kind = kind, value = value, line = line }
    end
    position = position + #value
  end
  return tokens
end

local function is_digit(c) return c >= "0" and c <= "9" end
local function is_letter(c) return c >= "a" and c <= "z" or c >= "A" and c <= "Z" or c == "_" end

local function by_characters(text)
  local tokens, i, line = {}, 1, 1
  local function add(kind, from, to) tokens[#tokens + 1] = { kind = kind, value = text:sub(from, to), line = line } end
  while i <= #text do
    local c = text:sub(i, i)
    local start = i
    if c == "\n" then
      line = line + 1
      i = i + 1
    elseif c == " " or c == "\t" then
      i = i + 1
    elseif c == "/" and text:sub(i + 1, i + 1) == "/" then
      while i <= #text and text:sub(i, i) ~= "\n" do i = i + 1 end
    elseif is_digit(c) then
      i = i + 1
      c = text:sub(i, i)
      while c ~= "" and (is_digit(c) or is_letter(c) or c == ".") do
        i = i + 1
        c = text:sub(i, i)
      end
      add("number", start, i - 1)
    elseif is_letter(c) then
      repeat
        i = i + 1
        c = text:sub(i, i)
      until c == "" or not (is_letter(c) or is_digit(c))
      add(keywords[text:sub(start, i - 1)] and "keyword" or "name", start, i - 1)
    elseif c == '"' then
      i = i + 1
      while text:sub(i, i) ~= '"' do
        i = i + (text:sub(i, i) == "\\" and 2 or 1)
      end
      i = i + 1
      add("string", start, i - 1)
    else
      local two = text:sub(i, i + 1)
      local long = two == "<=" or two == ">=" or two == "==" or two == "!=" or two == "&&"
      i = i + (long and 2 or 1)
      add(("(){},;"):find(c, 1, true) and "mark" or "operator", start, i - 1)
    end
  end
  return tokens
end

local kinds, digest = {}, 0
for round = 1, N do
  local one, other = by_patterns(source), by_characters(source)
  assert(#one == #other)
  for i, token in ipairs(one) do
    local twin = other[i]
    assert(token.kind == twin.kind and token.value == twin.value and token.line == twin.line)
    kinds[token.kind] = (kinds[token.kind] or 0) + 1
    digest = (digest * 31 + #token.value * round + token.line) % 1000003
  end
end
for _, kind in ipairs({ "keyword", "name", "number", "string", "operator", "mark" }) do print(kind, kinds[kind]) end
print(digest)
