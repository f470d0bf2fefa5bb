"""The fast engine: a function's bytecode becomes a Python function.

``analysis`` reads a Proto, ``translator`` and its parts write Python, ``chunk`` compiles
a whole chunk, ``names`` gives the generated code what it calls, ``stack`` reads Lua's
stack back from Python's.
"""
