-- Hash tables whose string keys are computed: counting, lookup, removal, nested tables, sets.
-- test scale: 1000
local N = tonumber(arg and arg[1]) or 76000

local counts = {}
for i = 1, N do
  local key = "user:" .. i * 7919 % 5003
  counts[key] = (counts[key] or 0) + i % 10
end
local distinct, total = 0, 0
for key, count in pairs(counts) do
  distinct = distinct + 1
  total = total + count * #key
end
print("counts", distinct, total)

local store, missing = {}, 0
for i = 1, N do store["k" .. i] = "value " .. i % 100 end
for i = 1, N * 2, 3 do
  local value = store["k" .. i]
  if not value then missing = missing + 1 end
end
for i = 1, N, 2 do store["k" .. i] = nil end
for i = 1, N, 4 do store["again" .. i] = i end
local left = 0
for _ in pairs(store) do left = left + 1 end
print("store", missing, left, store["k2"], store["k3"])

local index = {}
for i = 1, N do
  local country, city, street = "c" .. i % 10, "t" .. i % 100, "s" .. i % 1000
  index[country] = index[country] or {}
  index[country][city] = index[country][city] or {}
  local streets = index[country][city]
  streets[street] = (streets[street] or 0) + 1
end
print("index", index.c3.t13.s113, index.c9.t99.s999, index.c5.t6)

local seen, repeats = {}, 0
local state = 1
for _ = 1, N do
  state = (state * 3877 + 29573) % 139968
  local key = ("%x"):format(state % 60000)
  if seen[key] then
    repeats = repeats + 1
  else
    seen[key] = true
  end
end
print("seen", repeats)

local words = { "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta" }
local pairs_seen = {}
for i = 1, N do
  local key = words[i % 8 + 1] .. "-" .. words[i // 8 % 8 + 1]
  pairs_seen[key] = (pairs_seen[key] or "") == "" and "x" or ""
end
local odd = 0
for _, mark in pairs(pairs_seen) do odd = odd + #mark end
print("pairs", odd)
