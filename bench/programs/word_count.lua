-- Words of a text counted, sorted by frequency; letters, bigrams and an index of lines.
-- test scale: 40
local N = tonumber(arg and arg[1]) or 12000

local stems = {}
for stem in ([[moon tide wave stone river light shadow forest winter engine signal table string number function
  yellow silent broken distant hollow gentle rapid]]):gmatch("%a+") do
  stems[#stems + 1] = stem
end
local endings = { "", "s", "ed", "ing", "ly", "er" }

local seed = 99
local function random(limit)
  seed = (seed * 3877 + 29573) % 139968
  return seed // 64 % limit + 1
end

local lines = {}
for i = 1, N do
  local words = {}
  for j = 1, 8 do
    local word = stems[random(#stems)] .. endings[random(#endings)]
    if j == 1 then word = word:sub(1, 1):upper() .. word:sub(2) end
    words[j] = word
  end
  lines[i] = table.concat(words, " ") .. (i % 3 == 0 and "!" or ".")
end
local text = table.concat(lines, "\n")

local counts, total = {}, 0
for word in text:lower():gmatch("%a+") do
  counts[word] = (counts[word] or 0) + 1
  total = total + 1
end
local words = {}
for word in pairs(counts) do words[#words + 1] = word end
table.sort(words, function(a, b)
  if counts[a] ~= counts[b] then return counts[a] > counts[b] end
  return a < b
end)
print(#text, total, #words)
for i = 1, 8 do print(words[i], counts[words[i]]) end

local letters = {}
for c in text:gmatch(".") do letters[c] = (letters[c] or 0) + 1 end
print(letters.e, letters["\n"], letters[" "], letters["!"])

local bigrams = {}
for i = 1, #text - 1 do
  local bigram = text:sub(i, i + 1)
  bigrams[bigram] = (bigrams[bigram] or 0) + 1
end
local distinct, most, which = 0, 0, ""
for bigram, count in pairs(bigrams) do
  distinct = distinct + 1
  if count > most or count == most and bigram < which then most, which = count, bigram end
end
print(distinct, most, which)

local index = {}
for number, line in ipairs(lines) do
  for word in line:gmatch("%w+") do
    local entry = index[word]
    if not entry then
      entry = { lines = {}, last = 0 }
      index[word] = entry
    end
    if entry.last ~= number then
      entry.lines[#entry.lines + 1] = number
      entry.last = number
    end
  end
end
local digest = 0
for _, word in ipairs(words) do
  local entry = index[word]
  if entry then digest = (digest * 31 + #entry.lines + entry.lines[#entry.lines]) % 1000003 end
end
print(digest)
