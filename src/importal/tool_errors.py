"""What can go wrong in the tools around importing: records, baselines, files and interpreters that are asked about."""

from __future__ import annotations

from .errors import ImportalError

__all__ = [
    "BaselineError",
    "FileError",
    "FormatError",
    "InterpreterError",
    "NotFoundError",
    "RecordError",
    "RecordingError",
]


class InterpreterError(ImportalError, RuntimeError):
    """An interpreter that was to be asked about its environment does not answer.

    ``executable`` is what was asked, ``reason`` what happened.
    """

    def __init__(self, executable: str, reason: str) -> None:
        super().__init__(executable, reason)
        self.executable = executable
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.executable}: {self.reason}; name an interpreter of CPython 3.11 or newer, or its environment"


class NotFoundError(ImportalError, ModuleNotFoundError):
    """A name that was asked about is no module; ``nearest`` holds the names that are like it."""

    def __init__(self, name: str, reason: str, nearest: tuple[str, ...] = ()) -> None:
        super().__init__(name, reason, nearest)
        self.name = name
        self.reason = reason
        self.nearest = nearest

    def __str__(self) -> str:
        return f"{self.reason}; importal explain {self.name} shows where it was looked for"


class FileError(ImportalError, ImportError):
    """A file cannot be read, or does not hold what its name says; ``advice`` is the next step."""

    def __init__(self, path: str, reason: str, advice: str) -> None:
        super().__init__(path, reason, advice)
        self.path = path
        self.reason = reason
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}; {self.advice}"


class FormatError(ImportalError, ValueError):
    """A record cannot be rendered as was asked; ``advice`` is the next step."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason, advice)
        self.reason = reason
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.reason}; {self.advice}"


class RecordError(ImportalError, ValueError):
    """A file is not a record of imports that this version can read; ``newer``: a later version may."""

    def __init__(self, path: str, reason: str, *, newer: bool = False) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason
        self.newer = newer

    def __str__(self) -> str:
        advice = "read it with a newer importal" if self.newer else "make one with importal trace -o FILE.json TARGET"
        return f"{self.path}: {self.reason}; {advice}"


class BaselineError(ImportalError, ValueError):
    """A file is not a baseline of ``importal check`` that this version can read."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}; write it anew with importal check --baseline {self.path} --update TARGET"


class RecordingError(ImportalError, RuntimeError):
    """The process that was to record an import did not begin to; ``status`` is its exit status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status

    def __str__(self) -> str:
        return f"the recording process ended with status {self.status} before it began; see what it printed above"
