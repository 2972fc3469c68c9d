"""bytecode.cache: where the running interpreter keeps bytecode."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import pytest

from importal import cache_from_source, source_from_cache

SOURCE = os.path.abspath(os.path.join("a", "b.py"))


@pytest.mark.parametrize("optimization", [None, "", 1, "2", "fast"])
@pytest.mark.parametrize("prefix", [None, os.path.abspath("p")])
def test_as_importlib(monkeypatch: pytest.MonkeyPatch, prefix: str | None, optimization: object) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", prefix)
    cached = cache_from_source(SOURCE, optimization=optimization)
    assert cached == importlib.util.cache_from_source(SOURCE, optimization=optimization)  # type: ignore[arg-type]
    assert source_from_cache(cached) == importlib.util.source_from_cache(cached) == SOURCE


def test_path_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", None)
    assert cache_from_source(Path(SOURCE)) == cache_from_source(SOURCE)
    assert source_from_cache(Path(cache_from_source(SOURCE))) == SOURCE


def test_the_tag_is_read_at_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.implementation, "cache_tag", "other-1")
    assert os.path.basename(cache_from_source("b.py", optimization="")) == "b.other-1.pyc"
    monkeypatch.setattr(sys.implementation, "cache_tag", None)
    with pytest.raises(NotImplementedError):
        cache_from_source("b.py")
    with pytest.raises(NotImplementedError):
        source_from_cache("__pycache__/b.other-1.pyc")


@pytest.mark.skipif(sys.version_info >= (3, 15), reason="CPython 3.15 has no debug_override any more")
@pytest.mark.parametrize("override", [True, False, "", 3])
def test_debug_override(override: object) -> None:
    with pytest.warns(DeprecationWarning, match="debug_override parameter is deprecated"):
        ours = cache_from_source(SOURCE, override)
    with pytest.warns(DeprecationWarning, match="debug_override parameter is deprecated"):
        assert ours == importlib.util.cache_from_source(SOURCE, override)  # type: ignore[arg-type]
    with (
        pytest.warns(DeprecationWarning, match="debug_override"),
        pytest.raises(TypeError, match="must be set to None"),
    ):
        cache_from_source(SOURCE, override, optimization=1)
