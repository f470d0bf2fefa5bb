-- scripting without names sees no environment.
-- run: profile=scripting -> held

for _, name in ipairs {"PATH", "HOME", "USER", "PWD", "LUA_PATH", ""} do assert(os.getenv(name) == nil) end
return "held"
