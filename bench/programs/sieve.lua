-- Primes: a sieve of flags, a sieve of odd numbers, factorisation by the smallest prime factors.
-- test scale: 500
local N = tonumber(arg and arg[1]) or 1100000

local function count_primes(limit)
  local composite, count, root = {}, 0, math.floor(math.sqrt(limit))
  for i = 1, limit do composite[i] = false end
  for i = 2, limit do
    if not composite[i] then
      count = count + 1
      if i <= root then
        for j = i * i, limit, i do composite[j] = true end
      end
    end
  end
  return count
end

local function odd_primes(limit)
  local flags, primes, root = {}, { 2 }, math.floor(math.sqrt(limit))
  for i = 3, limit, 2 do
    if flags[i] == nil then
      primes[#primes + 1] = i
      local j = i <= root and i * i or limit + 1
      while j <= limit do
        flags[j] = true
        j = j + 2 * i
      end
    end
  end
  return primes
end

local function smallest_factors(limit)
  local factor = {}
  for i = 1, limit do factor[i] = i end
  for i = 2, math.floor(math.sqrt(limit)) do
    if factor[i] == i then
      for j = i * i, limit, i do
        if factor[j] == j then factor[j] = i end
      end
    end
  end
  return factor
end

print("flags", count_primes(N))
local primes = odd_primes(N)
print("odd", #primes, primes[#primes], primes[#primes // 2])
local factor, digest = smallest_factors(N // 2), 0
for i = 2, N // 2 do
  local n, parts = i, 0
  while n > 1 do
    n = n // factor[n]
    parts = parts + 1
  end
  digest = (digest + parts * i) % 1000003
end
print("factors", digest)
