-- string.format and tostring with numbers and strings of all kinds; reading them back with tonumber.
-- test scale: 60
local N = tonumber(arg and arg[1]) or 16000

local digest = 0
local function take(text)
  digest = (digest * 31 + #text + text:byte(1) * 7 + text:byte(-1)) % 1000003
end

for i = 1, N do
  take(("%d"):format(i))
  take(("%5d|%-5d|%05d"):format(i, i, i))
  take(("%.3f"):format(i / 7))
  take(("%10.2f %g"):format(i * 1.5, i / 3))
  take(("%x %X %o"):format(i, i * 255, i))
  take(("%s=%s"):format("key" .. i % 10, i))
  take(("%-12s|%12s"):format("left", "right"))
  take(("%q"):format('say "' .. i .. '"\n'))
  take(("%c%c%c"):format(65 + i % 26, 97 + i % 26, 48 + i % 10))
  take(("%e %+d %%"):format(i * 1000.5, i))
end
print("format", digest)

for i = 1, N * 2 do
  take(tostring(i))
  take(tostring(i / 8))
  take(i .. "")
  take(tostring(i % 2 == 0))
end
print("tostring", digest)

local sum, floats = 0, 0
for i = 1, N * 2 do
  sum = sum + tonumber(tostring(i)) + tonumber("0x" .. ("%x"):format(i)) + tonumber(("%d"):format(i % 10), 16)
  local number = tonumber(i .. ".5")
  if math.type(number) == "float" then floats = floats + 1 end
  sum = sum + (tonumber("no" .. i) or 1)
end
print("tonumber", sum, floats)

local report = {}
for i = 1, N // 10 do
  report[#report + 1] = ("%4d  %-20s %8.2f  %s"):format(i, "article number " .. i, i * 1.19, i % 3 == 0 and "yes" or "no")
end
take(table.concat(report, "\n"))
print("report", digest, report[#report])
