"""How are compiled chunks kept in a folder, for the next process?

A file per chunk, named by a digest of all that decides what is in it: the text, the chunk's name, the
engine, this version of Moonquakes and of Python.  Files hold Python code, so nobody else may have
written them: each carries an HMAC with a secret of the user's, and nothing of it is looked at
before that was found right.  A file that is not right is as if it were not there.
"""

from __future__ import annotations

import hmac
import marshal
import os
import stat
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from moonquakes.vm.archive import pack, unpack

if TYPE_CHECKING:
    from moonquakes.bytecode.proto import Proto

#: Shorter texts are compiled faster than looked for.
_SHORTEST: Final = 1000
#: How many bytes there may be in the folder; what was written longest ago goes first.
_MOST_BYTES: Final = 256 * 1024 * 1024
_SECRET: Final = "secret"
_SECRET_SIZE: Final = 32
_SUFFIX: Final = ".chunk"
_DIGEST: Final = "sha256"
_DIGEST_SIZE: Final = 32
#: What of Moonquakes decides what a chunk is compiled to.
_COMPILING: Final = ("parser", "bytecode", "compiler", "vm", "vm/fast")


class FolderCache:
    """Compiled chunks in a folder.

    Where nothing can be written, what is there is used; where nothing can be read, nothing happens.

    Args:
        folder: made when it is not there, for this user alone.

    Raises:
        ValueError: the folder, or the secret in it, is not this user's alone.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._folder = Path(folder)
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._secret = _open_folder(self._folder)
        self._version = _version()
        #: Names of files that were found right, or written.
        self._known: set[str] = set()

    def find(self, source: str, chunk_name: str, engine: str) -> Proto | None:
        """Return what was kept of a chunk, None when there is nothing."""
        if self._secret is None or len(source) < _SHORTEST:
            return None
        name = self._name(source, chunk_name, engine)
        try:
            data = (self._folder / name).read_bytes()
        except OSError:
            return None
        content = memoryview(data)[_DIGEST_SIZE:]
        if not hmac.compare_digest(data[:_DIGEST_SIZE], self._mac(name, content)):
            return None
        self._known.add(name)
        return unpack(marshal.loads(content))

    def keep(self, source: str, chunk_name: str, engine: str, proto: Proto) -> None:
        """Keep a chunk that was loaded, with what the engine made of it.

        What the fast engine made for a state with limits, or left to the VM to be watched, is not kept.
        """
        if self._secret is None or len(source) < _SHORTEST:
            return
        if engine == "fast" and proto.translated is None:
            return
        name = self._name(source, chunk_name, engine)
        if name in self._known:
            return
        self._known.add(name)
        content = marshal.dumps(pack(proto))
        with suppress(OSError):
            _write(self._folder / name, self._mac(name, content) + content)
            self._prune()

    def _name(self, source: str, chunk_name: str, engine: str) -> str:
        digest = sha256(self._version)
        for part in (engine, chunk_name, source):
            encoded = part.encode("latin-1")
            digest.update(b"%d:" % len(encoded) + encoded)
        return digest.hexdigest() + _SUFFIX

    def _mac(self, name: str, content: Any) -> bytes:
        """Return the signature of a file's content under its name."""
        assert self._secret is not None
        signature = hmac.new(self._secret, name.encode("ascii"), _DIGEST)
        signature.update(content)
        return signature.digest()

    def _prune(self) -> None:
        """Remove old files when there is too much."""
        files = []
        for entry in os.scandir(self._folder):
            if entry.name.endswith(_SUFFIX):
                status = entry.stat(follow_symlinks=False)
                files.append((status.st_mtime_ns, status.st_size, entry.path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= _MOST_BYTES:
                break
            total -= size
            os.unlink(path)


def _open_folder(folder: Path) -> bytes | None:
    """Return the secret of a folder, None when there is none and none can be made.

    Raises:
        ValueError: others may have written there, or read the secret.
    """
    try:
        _check(os.stat(folder), 0o022, f"{folder} may be written by others")
        path = folder / _SECRET
        if not path.exists():
            _write(path, os.urandom(_SECRET_SIZE), replaces=False)
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as file:
            _check(os.fstat(file.fileno()), 0o077, f"{path} may be read by others")
            secret = file.read(_SECRET_SIZE + 1)
    except OSError:
        return None
    return secret if len(secret) == _SECRET_SIZE else None


def _check(status: os.stat_result, forbidden: int, problem: str) -> None:
    if os.name != "posix":
        return  # the rights of files say nothing there
    if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & forbidden:
        raise ValueError(problem)


def _write(path: Path, data: bytes, replaces: bool = True) -> None:
    """Write a file for this user alone, which others see when it is whole."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        if replaces:
            os.replace(temporary, path)
        else:
            try:
                os.link(temporary, path)
            except FileExistsError:
                pass  # another process was first
            except OSError:  # there are no links here
                os.replace(temporary, path)
    finally:
        with suppress(OSError):
            os.unlink(temporary)


def _version() -> bytes:
    """Return what tells this Moonquakes and this Python from others."""
    from importlib.util import MAGIC_NUMBER

    from moonquakes import __version__

    parts = [__version__, sys.implementation.cache_tag, sys.version, MAGIC_NUMBER.hex()]
    for folder in _COMPILING:
        # The version stays the same while somebody works on it.
        with suppress(OSError):
            for entry in sorted(os.scandir(Path(__file__).parent / folder), key=lambda entry: entry.name):
                if entry.is_file():
                    status = entry.stat()
                    parts.append(f"{entry.name} {status.st_size} {status.st_mtime_ns}")
    return repr(parts).encode()
