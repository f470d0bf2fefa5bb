"""The C API of Lua 5.4 in Python, function for function: ``lua_`` is ``mq_``, ``luaL_`` is ``mqL_``.

A host capability is built on these names alone.  A host function is
``fn(L) -> number of results``: its arguments are the values on its stack, its
results those it leaves on top.

Where C passes a pointer and a length the API takes and gives ``bytes`` (a ``str``
is accepted for its UTF-8 bytes); where C returns through a pointer the value is
returned, None for its absence.  Errors of Lua are raised as ``LuaError``; misuse of
the API itself raises Python's own exceptions (:mod:`moonquakes.api.contracts`).
``mqx_`` names are not in C's API.  docs/api.md lists all.
"""

# One name on each line would take 700 of them.
# ruff: noqa: I001, RUF022
# fmt: off

from moonquakes.api.access import (
    mqL_typename, mq_isboolean, mq_iscfunction, mq_isfunction, mq_isinteger, mq_islightuserdata, mq_isnil,
    mq_isnone, mq_isnoneornil, mq_isnumber, mq_isstring, mq_istable, mq_isthread, mq_isuserdata,
    mq_rawlen, mq_stringtonumber, mq_toboolean, mq_tocfunction, mq_tointeger, mq_tointegerx, mq_tolstring,
    mq_tonumber, mq_tonumberx, mq_topointer, mq_tostring, mq_tothread, mq_touserdata, mq_type,
    mq_typename,
)
from moonquakes.api.buffers import (
    mqL_Buffer, mqL_addchar, mqL_addgsub, mqL_addlstring, mqL_addsize, mqL_addstring, mqL_addvalue,
    mqL_buffaddr, mqL_buffinit, mqL_buffinitsize, mqL_bufflen, mqL_buffsub, mqL_prepbuffer,
    mqL_prepbuffsize, mqL_pushresult, mqL_pushresultsize,
)
from moonquakes.api.calls import (
    mqL_traceback, mq_KContext, mq_KFunction, mq_atpanic, mq_call, mq_callk, mq_error, mq_pcall,
    mq_pcallk, mq_yield, mq_yieldk,
)
from moonquakes.api.checks import (
    mqL_argcheck, mqL_argerror, mqL_argexpected, mqL_checkany, mqL_checkinteger, mqL_checklstring,
    mqL_checknumber, mqL_checkoption, mqL_checkstring, mqL_checktype, mqL_error, mqL_opt, mqL_optinteger,
    mqL_optlstring, mqL_optnumber, mqL_optstring, mqL_typeerror, mqL_where,
)
from moonquakes.api.collecting import (
    mq_Alloc, mq_WarnFunction, mq_gc, mq_getallocf, mq_setallocf, mq_setwarnf, mq_warning,
)
from moonquakes.api.constants import (
    MQL_BUFFERSIZE, MQL_NUMSIZES, MQ_AUTHORS, MQ_COLIBNAME, MQ_COPYRIGHT, MQ_DBLIBNAME, MQ_ERRERR,
    MQ_ERRFILE, MQ_ERRMEM, MQ_ERRRUN, MQ_ERRSYNTAX, MQ_FILEHANDLE, MQ_GCCOLLECT, MQ_GCCOUNT, MQ_GCCOUNTB,
    MQ_GCGEN, MQ_GCINC, MQ_GCISRUNNING, MQ_GCRESTART, MQ_GCSETPAUSE, MQ_GCSETSTEPMUL, MQ_GCSTEP,
    MQ_GCSTOP, MQ_GNAME, MQ_HOOKCALL, MQ_HOOKCOUNT, MQ_HOOKLINE, MQ_HOOKRET, MQ_HOOKTAILCALL,
    MQ_IOLIBNAME, MQ_LOADED_TABLE, MQ_LOADLIBNAME, MQ_MASKCALL, MQ_MASKCOUNT, MQ_MASKLINE, MQ_MASKRET,
    MQ_MATHLIBNAME, MQ_MAXSTACK, MQ_MINSTACK, MQ_MULTRET, MQ_NOREF, MQ_NUMTAGS, MQ_NUMTYPES, MQ_OK,
    MQ_OPADD, MQ_OPBAND, MQ_OPBNOT, MQ_OPBOR, MQ_OPBXOR, MQ_OPDIV, MQ_OPEQ, MQ_OPIDIV, MQ_OPLE, MQ_OPLT,
    MQ_OPMOD, MQ_OPMUL, MQ_OPPOW, MQ_OPSHL, MQ_OPSHR, MQ_OPSUB, MQ_OPUNM, MQ_OSLIBNAME, MQ_PRELOAD_TABLE,
    MQ_REFNIL, MQ_REGISTRYINDEX, MQ_RELEASE, MQ_RIDX_GLOBALS, MQ_RIDX_LAST, MQ_RIDX_MAINTHREAD,
    MQ_SIGNATURE, MQ_STRLIBNAME, MQ_TABLIBNAME, MQ_TBOOLEAN, MQ_TFUNCTION, MQ_TLIGHTUSERDATA, MQ_TNIL,
    MQ_TNONE, MQ_TNUMBER, MQ_TSTRING, MQ_TTABLE, MQ_TTHREAD, MQ_TUSERDATA, MQ_UTF8LIBNAME, MQ_VERSION,
    MQ_VERSION_MAJOR, MQ_VERSION_MINOR, MQ_VERSION_NUM, MQ_VERSION_RELEASE, MQ_VERSION_RELEASE_NUM,
    MQ_VERSUFFIX, MQ_YIELD, mq_ident, mq_upvalueindex,
)
from moonquakes.api.debugging import (
    mq_Debug, mq_Hook, mq_gethook, mq_gethookcount, mq_gethookmask, mq_getinfo, mq_getlocal, mq_getstack,
    mq_setcstacklimit, mq_sethook, mq_setlocal,
)
from moonquakes.api.extensions import mqx_nofinalizers, mqx_restoretable, mqx_seal
from moonquakes.api.files import (
    mqL_Stream, mqL_execresult, mqL_fileresult, mq_assert, mq_writeline, mq_writestring,
    mq_writestringerror,
)
from moonquakes.api.kinds import mq_CFunction, mq_Integer, mq_Number, mq_Unsigned
from moonquakes.api.libraries import (
    mqopen_base, mqopen_coroutine, mqopen_debug, mqopen_io, mqopen_math, mqopen_os, mqopen_package,
    mqopen_string, mqopen_table, mqopen_utf8,
)
from moonquakes.api.library import (
    mqL_Reg, mqL_callmeta, mqL_checkversion, mqL_checkversion_, mqL_gsub, mqL_newlib, mqL_newlibtable,
    mqL_ref, mqL_requiref, mqL_setfuncs, mqL_tolstring, mqL_unref, mq_version,
)
from moonquakes.api.loading import (
    mqL_dofile, mqL_dostring, mqL_loadbuffer, mqL_loadbufferx, mqL_loadfile, mqL_loadfilex,
    mqL_loadstring, mq_Reader, mq_Writer, mq_dump, mq_load,
)
from moonquakes.api.older import (
    mqL_checkint, mqL_checklong, mqL_checkunsigned, mqL_intop, mqL_optint, mqL_optlong, mqL_optunsigned,
    mq_getuservalue, mq_newuserdata, mq_numbertointeger, mq_pushunsigned, mq_setuservalue, mq_tounsigned,
    mq_tounsignedx,
)
from moonquakes.api.operators import mqL_len, mq_arith, mq_compare, mq_concat, mq_len, mq_rawequal
from moonquakes.api.push import (
    mqL_pushfail, mq_pushboolean, mq_pushcclosure, mq_pushcfunction, mq_pushfstring, mq_pushglobaltable,
    mq_pushinteger, mq_pushlightuserdata, mq_pushliteral, mq_pushlstring, mq_pushnil, mq_pushnumber,
    mq_pushstring, mq_pushthread, mq_pushvfstring, mq_register,
)
from moonquakes.api.stack import (
    mqL_checkstack, mq_absindex, mq_checkstack, mq_closeslot, mq_copy, mq_gettop, mq_insert, mq_pop,
    mq_pushvalue, mq_remove, mq_replace, mq_rotate, mq_settop, mq_toclose, mq_xmove,
)
from moonquakes.api.standard import export, mqL_newstate, mqL_openlibs, mq_close, mq_newstate
from moonquakes.api.state import HostFunction, mq_State
from moonquakes.api.tables import (
    mqL_getmetafield, mqL_getsubtable, mq_createtable, mq_getfield, mq_getglobal, mq_geti,
    mq_getmetatable, mq_gettable, mq_newtable, mq_next, mq_rawget, mq_rawgeti, mq_rawgetp, mq_rawset,
    mq_rawseti, mq_rawsetp, mq_setfield, mq_setglobal, mq_seti, mq_setmetatable, mq_settable,
)
from moonquakes.api.text import Text
from moonquakes.api.threads import (
    mq_closethread, mq_getextraspace, mq_isyieldable, mq_newthread, mq_resetthread, mq_resume, mq_status,
)
from moonquakes.api.upvalues import mq_getupvalue, mq_setupvalue, mq_upvalueid, mq_upvaluejoin
from moonquakes.api.userdata import (
    mqL_checkudata, mqL_getmetatable, mqL_newmetatable, mqL_setmetatable, mqL_testudata, mq_getiuservalue,
    mq_newuserdatauv, mq_setiuservalue,
)

__all__ = [
    "HostFunction", "MQL_BUFFERSIZE", "MQL_NUMSIZES", "MQ_AUTHORS", "MQ_COLIBNAME", "MQ_COPYRIGHT",
    "MQ_DBLIBNAME", "MQ_ERRERR", "MQ_ERRFILE", "MQ_ERRMEM", "MQ_ERRRUN", "MQ_ERRSYNTAX", "MQ_FILEHANDLE",
    "MQ_GCCOLLECT", "MQ_GCCOUNT", "MQ_GCCOUNTB", "MQ_GCGEN", "MQ_GCINC", "MQ_GCISRUNNING", "MQ_GCRESTART",
    "MQ_GCSETPAUSE", "MQ_GCSETSTEPMUL", "MQ_GCSTEP", "MQ_GCSTOP", "MQ_GNAME", "MQ_HOOKCALL",
    "MQ_HOOKCOUNT", "MQ_HOOKLINE", "MQ_HOOKRET", "MQ_HOOKTAILCALL", "MQ_IOLIBNAME", "MQ_LOADED_TABLE",
    "MQ_LOADLIBNAME", "MQ_MASKCALL", "MQ_MASKCOUNT", "MQ_MASKLINE", "MQ_MASKRET", "MQ_MATHLIBNAME",
    "MQ_MAXSTACK", "MQ_MINSTACK", "MQ_MULTRET", "MQ_NOREF", "MQ_NUMTAGS", "MQ_NUMTYPES", "MQ_OK",
    "MQ_OPADD", "MQ_OPBAND", "MQ_OPBNOT", "MQ_OPBOR", "MQ_OPBXOR", "MQ_OPDIV", "MQ_OPEQ", "MQ_OPIDIV",
    "MQ_OPLE", "MQ_OPLT", "MQ_OPMOD", "MQ_OPMUL", "MQ_OPPOW", "MQ_OPSHL", "MQ_OPSHR", "MQ_OPSUB",
    "MQ_OPUNM", "MQ_OSLIBNAME", "MQ_PRELOAD_TABLE", "MQ_REFNIL", "MQ_REGISTRYINDEX", "MQ_RELEASE",
    "MQ_RIDX_GLOBALS", "MQ_RIDX_LAST", "MQ_RIDX_MAINTHREAD", "MQ_SIGNATURE", "MQ_STRLIBNAME",
    "MQ_TABLIBNAME", "MQ_TBOOLEAN", "MQ_TFUNCTION", "MQ_TLIGHTUSERDATA", "MQ_TNIL", "MQ_TNONE",
    "MQ_TNUMBER", "MQ_TSTRING", "MQ_TTABLE", "MQ_TTHREAD", "MQ_TUSERDATA", "MQ_UTF8LIBNAME", "MQ_VERSION",
    "MQ_VERSION_MAJOR", "MQ_VERSION_MINOR", "MQ_VERSION_NUM", "MQ_VERSION_RELEASE",
    "MQ_VERSION_RELEASE_NUM", "MQ_VERSUFFIX", "MQ_YIELD", "Text", "export", "mqL_Buffer", "mqL_Reg",
    "mqL_Stream", "mqL_addchar", "mqL_addgsub", "mqL_addlstring", "mqL_addsize", "mqL_addstring",
    "mqL_addvalue", "mqL_argcheck", "mqL_argerror", "mqL_argexpected", "mqL_buffaddr", "mqL_buffinit",
    "mqL_buffinitsize", "mqL_bufflen", "mqL_buffsub", "mqL_callmeta", "mqL_checkany", "mqL_checkint",
    "mqL_checkinteger", "mqL_checklong", "mqL_checklstring", "mqL_checknumber", "mqL_checkoption",
    "mqL_checkstack", "mqL_checkstring", "mqL_checktype", "mqL_checkudata", "mqL_checkunsigned",
    "mqL_checkversion", "mqL_checkversion_", "mqL_dofile", "mqL_dostring", "mqL_error", "mqL_execresult",
    "mqL_fileresult", "mqL_getmetafield", "mqL_getmetatable", "mqL_getsubtable", "mqL_gsub", "mqL_intop",
    "mqL_len", "mqL_loadbuffer", "mqL_loadbufferx", "mqL_loadfile", "mqL_loadfilex", "mqL_loadstring",
    "mqL_newlib", "mqL_newlibtable", "mqL_newmetatable", "mqL_newstate", "mqL_openlibs", "mqL_opt",
    "mqL_optint", "mqL_optinteger", "mqL_optlong", "mqL_optlstring", "mqL_optnumber", "mqL_optstring",
    "mqL_optunsigned", "mqL_prepbuffer", "mqL_prepbuffsize", "mqL_pushfail", "mqL_pushresult",
    "mqL_pushresultsize", "mqL_ref", "mqL_requiref", "mqL_setfuncs", "mqL_setmetatable", "mqL_testudata",
    "mqL_tolstring", "mqL_traceback", "mqL_typeerror", "mqL_typename", "mqL_unref", "mqL_where",
    "mq_Alloc", "mq_CFunction", "mq_Debug", "mq_Hook", "mq_Integer", "mq_KContext", "mq_KFunction",
    "mq_Number", "mq_Reader", "mq_State", "mq_Unsigned", "mq_WarnFunction", "mq_Writer", "mq_absindex",
    "mq_arith", "mq_assert", "mq_atpanic", "mq_call", "mq_callk", "mq_checkstack", "mq_close",
    "mq_closeslot", "mq_closethread", "mq_compare", "mq_concat", "mq_copy", "mq_createtable", "mq_dump",
    "mq_error", "mq_gc", "mq_getallocf", "mq_getextraspace", "mq_getfield", "mq_getglobal", "mq_gethook",
    "mq_gethookcount", "mq_gethookmask", "mq_geti", "mq_getinfo", "mq_getiuservalue", "mq_getlocal",
    "mq_getmetatable", "mq_getstack", "mq_gettable", "mq_gettop", "mq_getupvalue", "mq_getuservalue",
    "mq_ident", "mq_insert", "mq_isboolean", "mq_iscfunction", "mq_isfunction", "mq_isinteger",
    "mq_islightuserdata", "mq_isnil", "mq_isnone", "mq_isnoneornil", "mq_isnumber", "mq_isstring",
    "mq_istable", "mq_isthread", "mq_isuserdata", "mq_isyieldable", "mq_len", "mq_load", "mq_newstate",
    "mq_newtable", "mq_newthread", "mq_newuserdata", "mq_newuserdatauv", "mq_next", "mq_numbertointeger",
    "mq_pcall", "mq_pcallk", "mq_pop", "mq_pushboolean", "mq_pushcclosure", "mq_pushcfunction",
    "mq_pushfstring", "mq_pushglobaltable", "mq_pushinteger", "mq_pushlightuserdata", "mq_pushliteral",
    "mq_pushlstring", "mq_pushnil", "mq_pushnumber", "mq_pushstring", "mq_pushthread", "mq_pushunsigned",
    "mq_pushvalue", "mq_pushvfstring", "mq_rawequal", "mq_rawget", "mq_rawgeti", "mq_rawgetp",
    "mq_rawlen", "mq_rawset", "mq_rawseti", "mq_rawsetp", "mq_register", "mq_remove", "mq_replace",
    "mq_resetthread", "mq_resume", "mq_rotate", "mq_setallocf", "mq_setcstacklimit", "mq_setfield",
    "mq_setglobal", "mq_sethook", "mq_seti", "mq_setiuservalue", "mq_setlocal", "mq_setmetatable",
    "mq_settable", "mq_settop", "mq_setupvalue", "mq_setuservalue", "mq_setwarnf", "mq_status",
    "mq_stringtonumber", "mq_toboolean", "mq_tocfunction", "mq_toclose", "mq_tointeger", "mq_tointegerx",
    "mq_tolstring", "mq_tonumber", "mq_tonumberx", "mq_topointer", "mq_tostring", "mq_tothread",
    "mq_tounsigned", "mq_tounsignedx", "mq_touserdata", "mq_type", "mq_typename", "mq_upvalueid",
    "mq_upvalueindex", "mq_upvaluejoin", "mq_version", "mq_warning", "mq_writeline", "mq_writestring",
    "mq_writestringerror", "mq_xmove", "mq_yield", "mq_yieldk", "mqopen_base", "mqopen_coroutine",
    "mqopen_debug", "mqopen_io", "mqopen_math", "mqopen_os", "mqopen_package", "mqopen_string",
    "mqopen_table", "mqopen_utf8", "mqx_nofinalizers", "mqx_restoretable", "mqx_seal",
]
