"""importal's own code as starts of processes execute it: the same, without annotations."""

from __future__ import annotations

import dataclasses
import dis
import types
from pathlib import Path
from typing import Any

import pytest

import importal
from importal.lean import lean_code

SOURCE = b'''"""A module."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nowhere import Nothing
else:
    Nothing = None
if TYPE_CHECKING:
    import nowhere


class Pair:
    """Two."""

    left: int
    right: Nothing = None

    def both(self, *more: int, last: Nothing = None, **rest: Nothing) -> tuple[int, ...]:
        """Return both."""
        found: list[int] = [self.left]

        async def inner(one: int, /) -> None:
            raise LookupError(one)

        self.inner = inner
        return found
'''


def executed(source: bytes) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": __name__}
    exec(lean_code(source, "lean.py"), namespace)
    return namespace


def codes(code: types.CodeType) -> list[types.CodeType]:
    return [code, *(found for one in code.co_consts if isinstance(one, types.CodeType) for found in codes(one))]


def test_functions_lose_their_annotations_and_nothing_else() -> None:
    namespace = executed(SOURCE)
    pair = namespace["Pair"]()
    pair.left = 1
    assert pair.both() == [1]
    assert pair.both.__annotations__ == pair.inner.__annotations__ == {}
    assert pair.both.__kwdefaults__ == {"last": None}
    assert (namespace["__doc__"], pair.__doc__, pair.both.__doc__) == ("A module.", "Two.", "Return both.")


def test_classes_keep_theirs_as_text() -> None:
    assert executed(SOURCE)["Pair"].__annotations__ == {"left": "int", "right": "Nothing"}
    record = executed(b"import dataclasses\n@dataclasses.dataclass\nclass R:\n    one: int\n    two: Later = 2\n")["R"]
    assert [field.name for field in dataclasses.fields(record)] == ["one", "two"]


def test_what_is_imported_for_type_checkers_and_the_future_is_left_out() -> None:
    code = lean_code(SOURCE, "lean.py")
    imported = [one.argval for one in dis.get_instructions(code) if one.opname == "IMPORT_NAME"]
    assert imported == []
    assert executed(SOURCE)["Nothing"] is None


def test_code_says_where_it_comes_from() -> None:
    plain = {one.co_qualname: one for one in codes(compile(SOURCE, "lean.py", "exec"))}
    for one in codes(lean_code(SOURCE, "lean.py")):
        assert one.co_filename == "lean.py"
        assert one.co_firstlineno == plain[one.co_qualname].co_firstlineno
        assert {line for *_, line in one.co_lines()} <= {line for *_, line in plain[one.co_qualname].co_lines()}


@pytest.mark.parametrize("path", sorted(Path(importal.__file__).parent.rglob("*.py")), ids=lambda path: path.stem)
def test_every_module_of_importal_can_be_made_lean(path: Path) -> None:
    code = lean_code(path.read_bytes(), str(path))
    assert len(codes(code)) <= len(codes(compile(path.read_bytes(), str(path), "exec", dont_inherit=True)))


def test_bad_source_is_an_error() -> None:
    with pytest.raises(SyntaxError):
        lean_code(b"def", "lean.py")
