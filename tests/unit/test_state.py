"""state: what a system is driven by."""

from __future__ import annotations

import sys

import pytest

from importal import StateError
from importal.private import State
from importal.state import ATTRIBUTES, check_state


def test_sys_is_a_state() -> None:
    check_state(sys)


def test_a_state_has_what_sys_has() -> None:
    state = State(["x", "y"])
    check_state(state)
    assert (state.path, state.modules, state.meta_path, state.path_hooks) == (["x", "y"], {}, [], [])
    assert state.path_importer_cache == {}
    assert (state.flags, state.implementation) == (sys.flags, sys.implementation)
    assert state.dont_write_bytecode == sys.dont_write_bytecode
    assert state.pycache_prefix == sys.pycache_prefix


def test_lists_are_its_own_the_table_is_the_one_given() -> None:
    path, hooks, finders, table = ["x"], [str], [5], {"a": sys}
    state = State(path, modules=table, meta_path=finders, path_hooks=hooks)
    path.append("y")
    hooks.append(int)
    finders.append(6)
    assert (state.path, state.path_hooks, state.meta_path) == (["x"], [str], [5])
    assert state.modules is table


def test_facts_can_be_given() -> None:
    state = State(dont_write_bytecode=True, pycache_prefix="/p", flags="flags", implementation="implementation")
    assert (state.dont_write_bytecode, state.pycache_prefix) == (True, "/p")
    assert (state.flags, state.implementation) == ("flags", "implementation")


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_each_attribute_is_asked_for(attribute: str) -> None:
    state = State()
    delattr(state, attribute)
    with pytest.raises(StateError) as caught:
        check_state(state)
    assert caught.value.missing == (attribute,)


def test_repr() -> None:
    assert repr(State(["x"], modules={"sys": sys})) == "<State with 1 modules, path=['x']>"
