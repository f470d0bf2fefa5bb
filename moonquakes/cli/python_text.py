"""``moonquakes --py``: shows the Python that a chunk becomes on the fast engine."""

from __future__ import annotations

from moonquakes.cli.program import write_output
from moonquakes.cli.session import Session
from moonquakes.errors import LuaError
from moonquakes.inspect.translation import python_listing
from moonquakes.stdlib.files import read_source
from moonquakes.vm.fast.translator import Untranslatable
from moonquakes.vm.load import load_chunk


def show_file(session: Session, name: str | None) -> bool:
    """Show a file's Python, standard input's for None; report what is wrong and return whether nothing is."""
    try:
        source, chunk_name = read_source(session.state, name)
    except LuaError as error:
        session.report(error.value)
        return False
    return show_text(session, source, chunk_name)


def show_text(session: Session, source: str, chunk_name: str) -> bool:
    """Show a chunk's Python; report what is wrong and return whether nothing is."""
    try:
        write_output(python_listing(load_chunk(source, chunk_name, "bt")))
    except LuaError as error:
        session.report(error.value)
        return False
    except Untranslatable as problem:
        session.report(f"{chunk_name[1:]} has no Python and runs on the VM: {problem}")
        return False
    return True
