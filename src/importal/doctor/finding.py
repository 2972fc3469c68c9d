"""What a check says: findings, each with a severity and with what to do about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

__all__ = ["SEVERITIES", "Check", "Finding", "Severity"]

Severity: TypeAlias = Literal["problem", "warning", "note"]

#: From the worst: something fails or runs the wrong code; something is likely to; something is worth knowing.
SEVERITIES: tuple[Severity, ...] = ("problem", "warning", "note")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or worth knowing.

    ``kind`` names it for programs, ``title`` says it in a sentence, ``advice`` says what to do about it, ``commands``
    are to be typed for that; ``paths`` are the files and folders concerned, ``facts`` the values behind the sentence.
    """

    kind: str
    severity: Severity
    title: str
    advice: str
    commands: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the finding as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Check:
    """What one check has looked at, in a few words (``summary``), and what it has found."""

    name: str
    summary: str
    findings: tuple[Finding, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the check as plain values, its findings included."""
        return asdict(self)
