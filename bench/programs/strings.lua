-- Building, matching and replacing text.
local lines = {}
for i = 1, 30000 do
  lines[#lines + 1] = ("%05d;%s;%d"):format(i, ("name" .. i % 97):upper(), i * i % 1009)
end
local text = table.concat(lines, "\n")
local totals = {}
for name, value in text:gmatch(";(%w+);(%d+)") do
  totals[name] = (totals[name] or 0) + tonumber(value)
end
local names = {}
for name in pairs(totals) do names[#names + 1] = name end
table.sort(names)
local digest = 0
for _, name in ipairs(names) do
  local entry = name .. "=" .. totals[name]
  for i = 1, #entry do digest = (digest * 31 + entry:byte(i)) % 1000000007 end
end
print(#text, #names, digest, (text:gsub("%d+", function(d) return #d end)):sub(1, 40))
