"""view: what code in a private system sees of `sys`."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from importal.private import State
from importal.state import ATTRIBUTES
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


def test_everything_else_is_the_interpreters() -> None:
    view = SysView(State())
    assert isinstance(view, ModuleType)
    assert (view.__name__, view.__spec__, view.__loader__) == ("sys", sys.__spec__, sys.__loader__)
    assert view.version_info is sys.version_info
    assert view.getrecursionlimit() == sys.getrecursionlimit()
    assert not hasattr(sys, "importal_unit")
    view.importal_unit = "from the view"
    assert sys.importal_unit == "from the view"  # type: ignore[attr-defined]
    sys.importal_unit = "from sys"  # type: ignore[attr-defined]
    assert view.importal_unit == "from sys"
    del view.importal_unit
    assert not hasattr(sys, "importal_unit")
    with pytest.raises(AttributeError, match="no_such_name"):
        view.no_such_name  # noqa: B018 - the access is the test


def test_dir_lists_what_sys_has() -> None:
    assert dir(SysView(State())) == dir(sys)
