-- A JSON encoder and decoder, fed with documents of its own making.
-- test scale: 2
local N = tonumber(arg and arg[1]) or 140

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }
local unescapes = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/" }
local null = {}

local encode

local function encode_string(text)
  return '"' .. text:gsub('[%c"\\]', function(c)
    return escapes[c] or ("\\u%04x"):format(c:byte())
  end) .. '"'
end

local function encode_table(value, parts)
  if #value > 0 or next(value) == nil then
    parts[#parts + 1] = "["
    for i, item in ipairs(value) do
      if i > 1 then parts[#parts + 1] = "," end
      encode(item, parts)
    end
    parts[#parts + 1] = "]"
  else
    local keys = {}
    for key in pairs(value) do keys[#keys + 1] = key end
    table.sort(keys)
    parts[#parts + 1] = "{"
    for i, key in ipairs(keys) do
      if i > 1 then parts[#parts + 1] = "," end
      parts[#parts + 1] = encode_string(key)
      parts[#parts + 1] = ":"
      encode(value[key], parts)
    end
    parts[#parts + 1] = "}"
  end
end

function encode(value, parts)
  local kind = type(value)
  if value == null then
    parts[#parts + 1] = "null"
  elseif kind == "table" then
    encode_table(value, parts)
  elseif kind == "string" then
    parts[#parts + 1] = encode_string(value)
  elseif math.type(value) == "float" then
    parts[#parts + 1] = ("%.14g"):format(value)
  else
    parts[#parts + 1] = tostring(value)
  end
end

local function to_json(value)
  local parts = {}
  encode(value, parts)
  return table.concat(parts)
end

local decode

local function fail(text, position, message)
  local line = select(2, text:sub(1, position):gsub("\n", "")) + 1
  error(("line %d: %s"):format(line, message), 0)
end

local function skip_space(text, position) return text:find("[^ \t\r\n]", position) or #text + 1 end

local function decode_string(text, position)
  local parts, start = {}, position + 1
  while true do
    local stop = text:find('["\\]', start)
    if not stop then fail(text, position, "unfinished string") end
    parts[#parts + 1] = text:sub(start, stop - 1)
    if text:sub(stop, stop) == '"' then return table.concat(parts), stop + 1 end
    local escape = text:sub(stop + 1, stop + 1)
    if escape == "u" then
      parts[#parts + 1] = utf8.char(tonumber(text:sub(stop + 2, stop + 5), 16))
      start = stop + 6
    else
      parts[#parts + 1] = unescapes[escape] or fail(text, stop, "bad escape")
      start = stop + 2
    end
  end
end

local function decode_array(text, position)
  local result = {}
  position = skip_space(text, position + 1)
  if text:sub(position, position) == "]" then return result, position + 1 end
  while true do
    local value
    value, position = decode(text, position)
    result[#result + 1] = value
    position = skip_space(text, position)
    local c = text:sub(position, position)
    if c == "]" then return result, position + 1 end
    if c ~= "," then fail(text, position, "',' or ']' expected") end
    position = position + 1
  end
end

local function decode_object(text, position)
  local result = {}
  position = skip_space(text, position + 1)
  if text:sub(position, position) == "}" then return result, position + 1 end
  while true do
    local key, value
    position = skip_space(text, position)
    if text:sub(position, position) ~= '"' then fail(text, position, "key expected") end
    key, position = decode_string(text, position)
    position = skip_space(text, position)
    if text:sub(position, position) ~= ":" then fail(text, position, "':' expected") end
    value, position = decode(text, position + 1)
    result[key] = value
    position = skip_space(text, position)
    local c = text:sub(position, position)
    if c == "}" then return result, position + 1 end
    if c ~= "," then fail(text, position, "',' or '}' expected") end
    position = position + 1
  end
end

local literals = { ["true"] = true, ["false"] = false, ["null"] = null }

function decode(text, position)
  position = skip_space(text, position)
  local c = text:sub(position, position)
  if c == "{" then return decode_object(text, position) end
  if c == "[" then return decode_array(text, position) end
  if c == '"' then return decode_string(text, position) end
  local number = text:match("^-?%d+%.?%d*[eE]?[+-]?%d*", position)
  if number then return tonumber(number), position + #number end
  local word = text:match("^%a+", position)
  if word and literals[word] ~= nil then return literals[word], position + #word end
  fail(text, position, "value expected")
end

local function document(size)
  local items = {}
  for i = 1, size do
    items[i] = {
      id = i,
      name = 'Item "' .. i .. '"\n\tsecond line',
      price = i * 1.25,
      tags = { "tag" .. i % 5, "common", "t\\" .. i % 3 },
      dimensions = { width = i % 10, height = i % 20, depth = i / 8 },
      available = i % 3 == 0,
      parent = null,
    }
  end
  return { items = items, count = size, empty = {}, title = "catalogue" }
end

local length, digest = 0, 0
for round = 1, N do
  local text = to_json(document(20 + round % 5))
  local copy = decode(text, 1)
  local again = to_json(copy)
  assert(again == text)
  length = length + #text
  digest = (digest * 31 + copy.items[round % 20 + 1].dimensions.height + #copy.items[3].name) % 1000003
end
print(length, digest)
print(pcall(decode, '{"a": [1, 2,\n 3 4]}', 1))
print(pcall(decode, '{"a": nope}', 1))
