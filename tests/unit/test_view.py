"""view: what code in a private system sees of `sys`."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from importal.state import ATTRIBUTES, State
from importal.view import SysView


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_import_related_attributes_are_the_states(attribute: str) -> None:
    state = State(["mine"])
    view = SysView(state)
    assert getattr(view, attribute) is getattr(state, attribute)
    value = object()
    before = getattr(sys, attribute)
    setattr(view, attribute, value)
    assert getattr(state, attribute) is value
    assert getattr(sys, attribute) is before
    delattr(view, attribute)
    assert not hasattr(state, attribute)
    assert getattr(sys, attribute) is before


def test_everything_else_is_the_interpreters(monkeypatch: pytest.MonkeyPatch) -> None:
    view = SysView(State())
    assert isinstance(view, ModuleType)
    assert (view.__name__, view.__spec__, view.__loader__) == ("sys", sys.__spec__, sys.__loader__)
    assert view.version_info is sys.version_info
    assert view.getrecursionlimit() == sys.getrecursionlimit()
    monkeypatch.setattr(sys, "ps1", "from sys", raising=False)
    assert view.ps1 == "from sys"
    view.ps1 = "from the view"
    assert sys.ps1 == "from the view"
    del view.ps1
    assert not hasattr(sys, "ps1")
    with pytest.raises(AttributeError, match="no_such_name"):
        view.no_such_name  # noqa: B018 - the access is the test


def test_dir_lists_what_sys_has() -> None:
    assert dir(SysView(State())) == dir(sys)
