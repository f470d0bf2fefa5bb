-- Nothing among the globals reaches files, processes, modules, the environment or the inside of the machine.
-- run: -> held
-- run: profile=minimal -> held

for _, name in ipairs {"io", "package", "require", "dofile", "loadfile", "debug", "loadstring", "module"} do
  assert(_G[name] == nil, name)
end
for _, name in ipairs {"execute", "exit", "getenv", "remove", "rename", "setlocale", "tmpname"} do
  assert(os == nil or os[name] == nil, name)
end
assert(string.dump == nil)
if python then assert(python.eval == nil and python.builtins == nil) end
return "held"
