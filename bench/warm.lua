-- Runs one program several times in this process, each time from a fresh set of globals: warm.lua PROGRAM [SCALE].
-- Standard output gets what one run printed, standard error the processor seconds of the best run, without loading.
-- Every run must print the same.
local LEAST_RUNS, LEAST_SECONDS, MOST_RUNS = 5, 3, 25

local path, scale = arg[1], arg[2]
local lines
local environment, original = {}, {}
for name, value in pairs(_G) do original[name] = value end

local function capture(...)
  local texts = table.pack(...)
  for i = 1, texts.n do texts[i] = tostring(texts[i]) end
  lines[#lines + 1] = table.concat(texts, "\t")
end

local function reset()
  for name in pairs(environment) do environment[name] = nil end
  for name, value in pairs(original) do environment[name] = value end
  environment._G = environment
  environment.print = capture
  environment.arg = { [0] = path, scale }
  lines = {}
end

local chunk = assert(loadfile(path, "t", environment))
local output, best, total, runs = nil, math.huge, 0, 0
while runs < LEAST_RUNS or (total < LEAST_SECONDS and runs < MOST_RUNS) do
  reset()
  collectgarbage()
  local start = os.clock()
  chunk()
  local seconds = os.clock() - start
  local text = table.concat(lines, "\n")
  if output and text ~= output then error("a later run printed something else:\n" .. text, 0) end
  output = text
  if seconds < best then best = seconds end
  total, runs = total + seconds, runs + 1
end
io.stdout:write(output, "\n")
io.stderr:write(("%.6f\n"):format(best))
