"""The package library (§6.3): ``require``, its searchers, and ``loadlib``."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import FunctionType
from typing import TYPE_CHECKING, Final

from moonquakes.errors import LuaError, PendingError
from moonquakes.stdlib.arguments import check_string, optional_string
from moonquakes.stdlib.files import file_name, read_source
from moonquakes.values import FALSE, TRUE, LuaResults, LuaValue, as_tuple, first
from moonquakes.vm.exports import exported_function
from moonquakes.vm.table import Table, new_table

if TYPE_CHECKING:
    from moonquakes.vm.state import State

_DEFAULT_PATH: Final = (
    "/usr/local/share/lua/5.4/?.lua;/usr/local/share/lua/5.4/?/init.lua;"
    "/usr/local/lib/lua/5.4/?.lua;/usr/local/lib/lua/5.4/?/init.lua;./?.lua;./?/init.lua"
)
_DEFAULT_CPATH: Final = "/usr/local/lib/lua/5.4/?.so;/usr/local/lib/lua/5.4/loadall.so;./?.so"
#: Directory separator, template separator, the name's mark, and two that only C loaders use.
_CONFIG: Final = "/\n;\n?\n!\n-\n"
_NO_LIBRARIES: Final = "dynamic libraries not enabled; check your Lua installation"


def open_package(state: State) -> Table:
    """Return the library's table; ``require`` goes into the globals."""
    package = Table.from_fields(
        {
            "config": _CONFIG,
            "cpath": _initial_path(state, "LUA_CPATH", _DEFAULT_CPATH),
            "loaded": state.loaded,
            "loadlib": _make_loadlib(state),
            "path": _initial_path(state, "LUA_PATH", _DEFAULT_PATH),
            "preload": new_table(),
            "searchpath": searchpath,
        }
    )
    package.set("searchers", Table.from_list(_searchers(state, package)))
    state.registry.set("_LOADED", state.loaded)
    state.registry.set("_PRELOAD", package.get("preload"))
    state.globals.set("require", _make_require(state, package))
    return package


def _initial_path(state: State, variable: str, default: str) -> str:
    """Return a path from the environment; ``;;`` in it stands for the default path."""
    if state.registry.get("LUA_NOENV") not in (None, FALSE):
        return default
    path = state.environ.get(f"{variable}_5_4", state.environ.get(variable))
    if path is None:
        return default
    before, mark, after = path.encode("utf-8", "surrogateescape").decode("latin-1").partition(";;")
    if not mark:
        return before
    return ";".join([part for part in (before, default, after) if part])


def _make_require(state: State, package: Table) -> Callable[..., LuaResults]:
    def find_loader(name: str) -> tuple[LuaValue, LuaValue]:
        """Return the loader of a module and what its searcher says about it."""
        searchers = state.index(package, "searchers")
        if type(searchers) is not Table:
            raise PendingError("'package.searchers' must be a table")
        tried = ""
        index = 0
        while True:
            index += 1
            searcher = searchers.get(index)
            if searcher is None:
                raise PendingError(f"module '{name}' not found:{tried}")
            loader, data = (*as_tuple(state.call(searcher, name)), None, None)[:2]
            if type(loader) is FunctionType:
                return loader, data
            text = state.string_or_none(loader)
            if text is not None:
                tried += "\n\t" + text

    def require(modname: LuaValue = None, *_: LuaValue) -> LuaResults:
        name = check_string(1, modname)
        loaded = state.index(state.loaded, name)
        if loaded is not None and loaded is not FALSE:
            return loaded
        loader, data = find_loader(name)
        value = first(state.call(loader, name, data))
        if value is not None:
            state.set_index(state.loaded, name, value)
        elif state.index(state.loaded, name) is None:
            state.set_index(state.loaded, name, TRUE)
        return state.index(state.loaded, name), data

    return require


def _searchers(state: State, package: Table) -> list[LuaValue]:
    """Return the searchers: preloaded modules, Lua files, C libraries, and C libraries of a package."""

    def search_preload(modname: LuaValue = None, *_: LuaValue) -> LuaResults:
        name = check_string(1, modname)
        loader = state.index(state.registry.get("_PRELOAD"), name)
        if loader is None:
            return f"no field package.preload['{name}']"
        return loader, ":preload:"

    def search_along(field: str, name: str) -> tuple[str | None, str]:
        path = state.string_or_none(state.index(package, field))
        if path is None:
            raise PendingError(f"'package.{field}' must be a string")
        return search(name, path)

    def cannot_load(name: str, file: str, message: str) -> PendingError:
        return PendingError(f"error loading module '{name}' from file '{file}':\n\t{message}")

    def search_file(modname: LuaValue = None, *_: LuaValue) -> LuaResults:
        name = check_string(1, modname)
        found, tried = search_along("path", name)
        if found is None:
            return tried
        try:
            return state.load(*read_source(state, found)), found
        except LuaError as error:
            raise cannot_load(name, found, state.tostring(error.value)) from None

    def find_library(name: str, file_stem: str) -> LuaResults:
        found, tried = search_along("cpath", file_stem)
        if found is not None:
            raise cannot_load(name, found, _NO_LIBRARIES)
        return tried

    def search_library(modname: LuaValue = None, *_: LuaValue) -> LuaResults:
        name = check_string(1, modname)
        return find_library(name, name)

    def search_package_library(modname: LuaValue = None, *_: LuaValue) -> LuaResults:
        name = check_string(1, modname)
        root, dot, _rest = name.partition(".")
        return find_library(name, root) if dot else ()

    return [search_preload, search_file, search_library, search_package_library]


def search(name: str, path: str, separator: str = ".", replacement: str = "/") -> tuple[str | None, str]:
    """Look for a readable file along ``path``; return its name, and what was tried instead."""
    if separator:
        name = name.replace(separator, replacement)
    tried = []
    for template in path.split(";"):
        candidate = template.replace("?", name)
        if _is_readable(candidate):
            return candidate, ""
        tried.append(f"no file '{candidate}'")
    return None, "\n\t".join(tried)


def _is_readable(name: str) -> bool:
    try:
        with open(file_name(name), "rb"):
            return True
    except IsADirectoryError:
        return True  # as for C's fopen; reading it gives the error
    except OSError:
        return False


def searchpath(
    name: LuaValue = None, path: LuaValue = None, sep: LuaValue = None, rep: LuaValue = None, *_: LuaValue
) -> LuaResults:
    templates = check_string(2, path)
    found, tried = search(
        check_string(1, name), templates, optional_string(3, sep, "."), optional_string(4, rep, "/")
    )
    return (None, tried) if found is None else found


def _make_loadlib(state: State) -> Callable[..., LuaResults]:
    def loadlib(path: LuaValue = None, funcname: LuaValue = None, *_: LuaValue) -> LuaResults:
        """Load a function that a Python module exported (:mod:`moonquakes.vm.exports`)."""
        module, name = (_python_text(check_string(i, v)) for i, v in ((1, path), (2, funcname)))
        if not state.allow_loadlib:
            return None, _NO_LIBRARIES, "absent"
        try:
            import_module(module)
        except Exception as error:  # whatever a module does while it is imported
            return None, _lua_text(f"cannot import module '{module}': {error}"), "absent"
        if name == "*":
            return TRUE
        export = exported_function(module, name)
        if export is None:
            return None, _lua_text(f"module '{module}' exports no function '{name}'"), "init"
        return export.bind(state)

    return loadlib


def _python_text(text: str) -> str:
    return text.encode("latin-1").decode("utf-8", "replace")


def _lua_text(text: str) -> str:
    return text.encode("utf-8", "replace").decode("latin-1")
