"""How Python values and Lua values meet: what :class:`moonquakes.LuaRuntime` is made of."""
