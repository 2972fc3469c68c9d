"""The errors of importing itself, which every start defines; :mod:`importal.errors` is their public place.

What the language reference defines (``ImportError``, ``ModuleNotFoundError``, ``SyntaxError``, ``EOFError``) is raised
as the language's own types, so that no ``except`` clause and no traceback can tell importal from the interpreter.
"""

from __future__ import annotations

__all__ = ["DeadlockError", "ImportalError", "ZipImportError"]

# By which programs know, and pickle, them; `inspect` does not find their source there.
_PUBLIC_PLACE = "importal.errors"


class ImportalError(Exception):
    """Base of every error that is importal's own."""

    __module__ = _PUBLIC_PLACE


class DeadlockError(ImportalError, RuntimeError):
    """Waiting for a module's lock would never end: its owner is waiting for this thread.

    ``name`` is the module whose lock was asked for.
    """

    __module__ = _PUBLIC_PLACE

    def __init__(self, name: str, owner: int | None = None) -> None:
        super().__init__(name, owner)
        self.name = name
        self.owner = owner

    def __str__(self) -> str:
        return (
            f"deadlock: module {self.name!r} is being imported by thread {self.owner}, "
            "which is waiting for this thread to finish an import"
        )


class ZipImportError(ImportalError, ImportError):
    """A file is not a zip archive, or a member is missing or damaged (as ``zipimport.ZipImportError``)."""

    __module__ = _PUBLIC_PLACE
