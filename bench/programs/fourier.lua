-- A fast Fourier transform, recursive and in place; a convolution by it; a slow transform as a check.
-- test scale: 5
local N = tonumber(arg and arg[1]) or 14
local sin, cos, pi = math.sin, math.cos, math.pi

local function recursive(re, im, sign)
  local n = #re
  if n == 1 then return { re[1] }, { im[1] } end
  local even_re, even_im, odd_re, odd_im = {}, {}, {}, {}
  for i = 1, n, 2 do
    even_re[#even_re + 1], even_im[#even_im + 1] = re[i], im[i]
    odd_re[#odd_re + 1], odd_im[#odd_im + 1] = re[i + 1], im[i + 1]
  end
  even_re, even_im = recursive(even_re, even_im, sign)
  odd_re, odd_im = recursive(odd_re, odd_im, sign)
  local out_re, out_im, half = {}, {}, n // 2
  for k = 1, half do
    local angle = sign * 2 * pi * (k - 1) / n
    local c, s = cos(angle), sin(angle)
    local x, y = c * odd_re[k] - s * odd_im[k], c * odd_im[k] + s * odd_re[k]
    out_re[k], out_im[k] = even_re[k] + x, even_im[k] + y
    out_re[k + half], out_im[k + half] = even_re[k] - x, even_im[k] - y
  end
  return out_re, out_im
end

local function in_place(re, im)
  local n, j = #re, 0
  for i = 0, n - 2 do
    if i < j then
      re[i + 1], re[j + 1] = re[j + 1], re[i + 1]
      im[i + 1], im[j + 1] = im[j + 1], im[i + 1]
    end
    local bit = n >> 1
    while j & bit ~= 0 do
      j = j ~ bit
      bit = bit >> 1
    end
    j = j | bit
  end
  local size = 2
  while size <= n do
    local half, step = size // 2, -2 * pi / size
    for k = 0, half - 1 do
      local c, s = cos(step * k), sin(step * k)
      for start = k + 1, n, size do
        local other = start + half
        local x, y = c * re[other] - s * im[other], c * im[other] + s * re[other]
        re[other], im[other] = re[start] - x, im[start] - y
        re[start], im[start] = re[start] + x, im[start] + y
      end
    end
    size = size * 2
  end
end

local n = 1 << N
local re, im = {}, {}
for i = 1, n do
  re[i] = sin(i * 0.3) + 0.5 * cos(i * 1.7)
  im[i] = 0.0
end
local one_re, one_im = recursive(re, im, -1)
local two_re, two_im = { table.unpack(re) }, { table.unpack(im) }
in_place(two_re, two_im)
local difference, power, peak = 0.0, 0.0, 1
for i = 1, n do
  difference = difference + math.abs(one_re[i] - two_re[i]) + math.abs(one_im[i] - two_im[i])
  power = power + one_re[i] ^ 2 + one_im[i] ^ 2
  if i <= n // 2 and one_re[i] ^ 2 + one_im[i] ^ 2 > one_re[peak] ^ 2 + one_im[peak] ^ 2 then peak = i end
end
print(difference < 1e-6, ("%.3f"):format(power / n), peak)

local back_re = recursive(one_re, one_im, 1)
local wrong = 0
for i = 1, n do
  if math.abs(back_re[i] / n - re[i]) > 1e-9 then wrong = wrong + 1 end
end
print("wrong", wrong)

-- Multiplies two polynomials of small integers.
local function convolve(a, b)
  local size = 1
  while size < #a + #b do size = size * 2 end
  local ar, ai, br, bi = {}, {}, {}, {}
  for i = 1, size do ar[i], ai[i], br[i], bi[i] = a[i] or 0, 0.0, b[i] or 0, 0.0 end
  in_place(ar, ai)
  in_place(br, bi)
  for i = 1, size do
    ar[i], ai[i] = ar[i] * br[i] - ai[i] * bi[i], -(ar[i] * bi[i] + ai[i] * br[i])
  end
  in_place(ar, ai)
  local result = {}
  for i = 1, #a + #b - 1 do result[i] = math.floor(ar[i] / size + 0.5) end
  return result
end
local a, b = {}, {}
for i = 1, n // 4 do a[i], b[i] = i % 10, (i * 7) % 10 end
local product, digest = convolve(a, b), 0
for i = 1, #product do digest = (digest * 10 + product[i]) % 1000003 end
print("product", #product, digest)
