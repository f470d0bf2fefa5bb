-- Runs one program: its output goes to standard output, the seconds it took (processor time) to standard error.
-- Loading is not counted.
local chunk = assert(loadfile(arg[1]))
local lines = {}
function print(...)
  local texts = table.pack(...)
  for i = 1, texts.n do texts[i] = tostring(texts[i]) end
  lines[#lines + 1] = table.concat(texts, "\t")
end
local start = os.clock()
chunk()
local seconds = os.clock() - start
io.stdout:write(table.concat(lines, "\n"), "\n")
io.stderr:write(("%.6f\n"):format(seconds))
