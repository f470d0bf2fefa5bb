-- A template engine: templates are compiled to Lua source, loaded, and filled; text wrapped and escaped.
-- test scale: 2
local N = tonumber(arg and arg[1]) or 1100

local entities = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }
local function escape(value) return (tostring(value):gsub('[&<>"]', entities)) end

local function compile(template)
  local code = { "local out, escape, data = {}, ...\n" }
  local position = 1
  local function text(piece)
    if piece ~= "" then code[#code + 1] = ("out[#out + 1] = %q\n"):format(piece) end
  end
  while true do
    local first, last, mark, inside = template:find("{([{%%])(.-)[%%}]}", position)
    if not first then break end
    text(template:sub(position, first - 1))
    if mark == "{" then
      code[#code + 1] = ("out[#out + 1] = escape(%s)\n"):format(inside)
    else
      code[#code + 1] = inside .. "\n"
    end
    position = last + 1
  end
  text(template:sub(position))
  code[#code + 1] = "return table.concat(out)"
  local f = assert(load(table.concat(code), "=template"))
  return function(data) return f(escape, data) end
end

local page = [[
<html><head><title>{{data.title}}</title></head>
<body>
{% for i, item in ipairs(data.items) do %}
  <li class="{{i % 2 == 0 and 'even' or 'odd'}}">{{item.name}}: {{item.price * 2}}
  {% if item.notes then %}<em>{{item.notes}}</em>{% end %}</li>
{% end %}
<p>{{#data.items}} items & "more"</p>
</body></html>
]]

local function fill(template, values)
  return (template:gsub("%$(%w+)", values):gsub("%${(%w+)}", function(name) return values[name] or "?" end))
end

local function wrap(text, width)
  local lines, line = {}, ""
  for word in text:gmatch("%S+") do
    if #line + #word + 1 > width and line ~= "" then
      lines[#lines + 1] = line
      line = word
    else
      line = line == "" and word or line .. " " .. word
    end
  end
  if line ~= "" then lines[#lines + 1] = line end
  return lines
end

local items = {}
for i = 1, 40 do
  items[i] = { name = "<item " .. i .. ">", price = i * 3, notes = i % 4 == 0 and 'has "quotes" & more' or nil }
end

local length, digest, lines = 0, 0, 0
local render = compile(page)
for round = 1, N do
  if round % 20 == 0 then render = compile(page) end
  local html = render({ title = "Page " .. round .. " <of " .. N .. ">", items = items })
  length = length + #html
  digest = (digest * 31 + html:byte(round % #html + 1)) % 1000003
  local text = html:gsub("<[^>]*>", " "):gsub("&(%a+);", "%1")
  for _, line in ipairs(wrap(text, 60)) do
    lines = lines + 1
    digest = (digest + #line * lines) % 1000003
  end
  local letter = fill("Dear $name, your ${thing} costs $price. ${unknown}", { name = "N" .. round, thing = "moon", price = round })
  length = length + #letter
end
print(length, digest, lines)
