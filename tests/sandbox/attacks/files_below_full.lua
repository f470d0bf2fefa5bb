-- scripting without folders opens nothing.
-- run: profile=scripting -> held

for _, name in ipairs {"/etc/passwd", "/proc/self/mem", "/dev/zero", ".", "..", "", "\0", "x\0y", "README.md"} do
  assert(io.open(name) == nil)
  assert(not pcall(io.lines, name))
  for _, mode in ipairs {"w", "a", "r+", "w+", "a+", "rb", "r+b"} do assert(io.open(name, mode) == nil) end
end
assert(io.popen == nil and io.tmpfile == nil and io.output == nil and io.write == nil and io.stdin == nil)
for line in io.lines() do error("standard input is not for scripts") end
return "held"
