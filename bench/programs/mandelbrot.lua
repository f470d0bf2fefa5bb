-- The Mandelbrot set: a picture in characters and a digest of the iteration counts.
-- test scale: 8
local N = tonumber(arg and arg[1]) or 370
local limit = 100

local function iterations(cx, cy)
  local x, y = 0.0, 0.0
  for i = 1, limit do
    local xx, yy = x * x, y * y
    if xx + yy > 4.0 then return i end
    x, y = xx - yy + cx, 2 * x * y + cy
  end
  return 0
end

local shades = { [0] = "@" }
for i = 1, limit do shades[i] = i < 4 and " " or i < 7 and "." or i < 12 and ":" or i < 30 and "+" or "#" end

local digest, inside = 0, 0
for row = 0, N - 1 do
  local line = {}
  for column = 0, N * 2 - 1 do
    local count = iterations(column / N * 1.5 - 2.2, row / N * 2.4 - 1.2)
    if count == 0 then inside = inside + 1 end
    digest = (digest * 31 + count) % 1000003
    line[#line + 1] = shades[count]
  end
  if row % 10 == 0 then print((table.concat(line):gsub("%s+$", ""))) end
end
print(inside, digest)
