"""Where a user's caches are kept."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from importal.caches import cache_folder

Child = Callable[..., str]


def test_the_folder_that_was_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMPORTAL_CACHE", "here")
    assert cache_folder() == os.path.abspath("here")


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="XDG's variables are for other systems")
@pytest.mark.parametrize(("named", "folder"), [("/somewhere", "/somewhere/importal"), ("here", None), ("", None)])
def test_the_platforms_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: str, folder: str | None) -> None:
    """A relative one is ignored (XDG Base Directory Specification)."""
    monkeypatch.delenv("IMPORTAL_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", named)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == (folder or str(tmp_path / ".cache" / "importal"))


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become a user without a home"
)
def test_a_user_without_a_home_has_none(child: Child) -> None:
    """What lies below the current directory is nobody's cache."""
    out = child("""
        import os
        from importal.caches import cache_folder
        for name in ("HOME", "IMPORTAL_CACHE", "XDG_CACHE_HOME"):
            os.environ.pop(name, None)
        os.setuid(54321)
        print(cache_folder())
    """)
    assert out == f"{os.devnull}/importal\n"
