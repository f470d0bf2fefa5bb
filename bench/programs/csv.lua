-- Comma-separated values: written, read back with quotes, joined, grouped, and printed as a table.
-- test scale: 20
local N = tonumber(arg and arg[1]) or 14000

local function quote(value)
  value = tostring(value)
  if value:find('[,"\n]') then return '"' .. value:gsub('"', '""') .. '"' end
  return value
end

local function write_rows(rows, columns)
  local lines = { table.concat(columns, ",") }
  for _, row in ipairs(rows) do
    local fields = {}
    for i, column in ipairs(columns) do fields[i] = quote(row[column]) end
    lines[#lines + 1] = table.concat(fields, ",")
  end
  return table.concat(lines, "\n") .. "\n"
end

local function split_line(text, position)
  local fields = {}
  while true do
    if text:sub(position, position) == '"' then
      local field, start = "", position + 1
      while true do
        local stop = text:find('"', start, true)
        field = field .. text:sub(start, stop - 1)
        if text:sub(stop + 1, stop + 1) ~= '"' then
          position = stop + 1
          break
        end
        field = field .. '"'
        start = stop + 2
      end
      fields[#fields + 1] = field
    else
      local stop = text:find("[,\n]", position)
      fields[#fields + 1] = text:sub(position, stop - 1)
      position = stop
    end
    local c = text:sub(position, position)
    position = position + 1
    if c == "\n" then return fields, position end
  end
end

local function read_rows(text)
  local columns, position = split_line(text, 1)
  local rows = {}
  while position <= #text do
    local fields
    fields, position = split_line(text, position)
    local row = {}
    for i, column in ipairs(columns) do row[column] = tonumber(fields[i]) or fields[i] end
    rows[#rows + 1] = row
  end
  return rows, columns
end

local rows = {}
for i = 1, N do
  rows[i] = {
    id = i,
    customer = "c" .. i % 40,
    article = i % 3 == 0 and "cup, blue" or i % 3 == 1 and 'plate "round"' or "spoon",
    amount = i % 9 + 1,
    price = (i * 37 % 500) / 4,
    comment = i % 10 == 0 and "two\nlines" or "",
  }
end
local columns = { "id", "customer", "article", "amount", "price", "comment" }
local text = write_rows(rows, columns)
local copy = read_rows(text)
assert(write_rows(copy, columns) == text)
print(#text, #copy)

local groups, order = {}, {}
for _, row in ipairs(copy) do
  local key = row.customer .. "|" .. row.article
  local group = groups[key]
  if not group then
    group = { customer = row.customer, article = row.article, amount = 0, value = 0 }
    groups[key] = group
    order[#order + 1] = group
  end
  group.amount = group.amount + row.amount
  group.value = group.value + row.amount * row.price
end
table.sort(order, function(a, b)
  if a.value ~= b.value then return a.value > b.value end
  return a.customer .. a.article < b.customer .. b.article
end)
local lines, digest = {}, 0
for i, group in ipairs(order) do
  lines[i] = ("%-6s|%-16s|%6d|%12.2f"):format(group.customer, group.article, group.amount, group.value)
  for j = 1, #lines[i] do digest = (digest * 31 + lines[i]:byte(j)) % 1000003 end
end
print(#order, digest)
print(lines[1])
print(lines[#lines])
