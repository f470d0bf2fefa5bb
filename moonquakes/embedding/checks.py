"""Is what a host gives a runtime of the right type, and in range?  Errors name the parameter."""

from __future__ import annotations

import os


def check_type(name: str, value: object, kind: type | tuple[type, ...], described: str) -> None:
    """Refuse a value that is no instance of ``kind`` (a class, or a tuple of some)."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be {described}, not {type(value).__name__}")


def check_text(name: str, value: object) -> None:
    """Refuse what is neither a ``str`` nor None."""
    if value is not None:
        check_type(name, value, str, "a str or None")


def check_callable(name: str, value: object) -> None:
    """Refuse what is neither callable nor None."""
    if value is not None and not callable(value):
        raise ValueError(f"{name} must be callable")


def check_folder(name: str, value: object) -> None:
    """Refuse what is neither a path nor None."""
    if value is None:
        return
    check_type(name, value, (str, os.PathLike), "a path or None")
    if not os.fspath(value):  # type: ignore[call-overload]  # a path
        raise ValueError(f"{name} must not be empty")


def check_encoding(name: str, value: object) -> None:
    """Refuse what neither names a codec of text nor is None."""
    check_text(name, value)
    if isinstance(value, str):
        try:
            "x".encode(value)
        except (LookupError, ValueError):
            raise ValueError(f"{name} must name a codec of text, not {value!r}") from None
