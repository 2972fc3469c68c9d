"""What can go wrong while importing. The errors of the tools around it are in ``tool_errors.py``.

What the language reference defines (``ImportError``, ``ModuleNotFoundError``, ``SyntaxError``, ``EOFError``) is raised
as the language's own types, so that no ``except`` clause and no traceback can tell importal from the interpreter.
The errors below are for what only importal does; each derives from :class:`ImportalError` and from the built-in
that existing ``except`` clauses expect.
"""

from __future__ import annotations

from .import_errors import DeadlockError, ImportalError, ZipImportError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "DeadlockError",
    "ImportalError",
    "InstallError",
    "ObserverError",
    "PackError",
    "RealmError",
    "SourceError",
    "StateError",
    "TargetError",
    "ZipImportError",
]


class StateError(ImportalError, TypeError):
    """An object given as import state lacks what ``sys`` has.

    ``kind`` names the object's type (the object itself need not survive pickling); ``missing`` holds the names of the
    attributes that were looked for and not found.
    """

    def __init__(self, state: object, missing: tuple[str, ...]) -> None:
        self.kind = state if isinstance(state, str) else type(state).__name__
        super().__init__(self.kind, missing)
        self.missing = missing

    def __str__(self) -> str:
        return (
            f"{self.kind!r} object cannot drive an import system: it has no "
            f"{', '.join(self.missing)}; give an importal.ImportState, or an object with the attributes of sys"
        )


class InstallError(ImportalError, RuntimeError):
    """A system cannot become the interpreter's own import; the message says why and what to do instead."""


class TargetError(ImportalError, ImportError):
    """A program that was to be run cannot be run: it does not exist or holds nothing to run."""


class SourceError(ImportalError, OSError):
    """A place that a path entry names cannot be opened or read, or holds what it must not.

    ``entry`` is the path entry without passwords, ``release`` the name or digest of the release (None: not yet known,
    or there are none), ``reason`` what happened, ``advice`` the next step. No ImportError: an entry that fails is not
    one without the module, and what comes after it on the path may be another module of that name.
    """

    def __init__(self, entry: str, release: str | None, reason: str, advice: str) -> None:
        super().__init__(entry, release, reason, advice)
        self.entry = entry
        self.release = release
        self.reason = reason
        self.advice = advice

    def __str__(self) -> str:
        of_release = f", release {self.release}" if self.release is not None else ""
        return f"{self.entry}{of_release}: {self.reason}; {self.advice}"

    def __reduce__(self) -> tuple[Any, ...]:
        # An OSError keeps two of its arguments only.
        return type(self), (self.entry, self.release, self.reason, self.advice)


class PackError(ImportalError, ValueError):
    """A file is not a pack that this interpreter can use; programs run without it."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}; make it anew with importal pack -o {self.path} TARGET"


class RealmError(ImportalError, ImportError):
    """A realm cannot be made, or cannot do what it is asked for; ``reason`` says why, and what to do."""

    def __init__(self, realm: str, reason: str) -> None:
        super().__init__(realm, reason)
        self.realm = realm
        self.reason = reason

    def __str__(self) -> str:
        return f"realm {self.realm!r}: {self.reason}"


class ObserverError(ImportalError, TypeError):
    """What was given as an observer cannot be called with an event."""

    def __init__(self, observer: object) -> None:
        super().__init__(observer)
        self.observer = observer

    def __str__(self) -> str:
        return f"an observer is called with each event; {type(self.observer).__name__!r} object is not callable"
