"""The tables of the reference are complete: what the code has stands there, and nothing else."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import importal
from importal.events import STEPS

from .page import rows, tokens
from .test_examples import ROOT

REFERENCE = ROOT / "docs" / "reference"
SOURCE = ROOT / "src" / "importal"


def first_cells(page: Path) -> set[str]:
    """Return every `code` in the first cells of the page's tables."""
    return {code for row in rows(page) for code in re.findall(r"`([^`]+)`", row[0])}


def test_every_public_name_has_a_line() -> None:
    """names.md lists importal.__all__; a name that only some versions have may be missing from __all__ on others."""
    listed = {name for name in first_cells(REFERENCE / "names.md") if name.isidentifier()}
    methods = {name for name in dir(importal.ImportSystem) if not name.startswith("_")} | {"state", "events"}
    assert set(importal.__all__) - listed == set()
    assert listed - set(importal.__all__) - methods - {"find_loader"} == set()


def test_every_error_has_a_line() -> None:
    """errors.md lists the whole exception tree but for its base."""
    files = ("errors.py", "import_errors.py")
    bodies = [ast.parse((SOURCE / file).read_text(encoding="utf-8")).body for file in files]
    classes = {node.name for body in bodies for node in body if isinstance(node, ast.ClassDef)}
    assert classes - first_cells(REFERENCE / "errors.md") == {"ImportalError"}


def announced() -> tuple[set[tuple[str, str]], set[str]]:
    """Return the (step, outcome) pairs that the code announces, and the steps whose outcome it computes."""
    pairs, computed = set(), set()
    for file in SOURCE.rglob("*.py"):
        tells: dict[str, str] = {}
        nodes = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if hasattr(node, "lineno")]
        for node in sorted(nodes, key=lambda node: (node.lineno, node.col_offset)):
            for name, value in assigned(node):
                if (
                    isinstance(value, ast.Attribute)
                    and value.attr.rstrip("_") in STEPS
                    and "events" in ast.unparse(value)
                ):
                    tells[name] = value.attr.rstrip("_")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in tells:
                outcome = node.args[0]
                if isinstance(outcome, ast.Constant):
                    pairs.add((tells[node.func.id], outcome.value))
                else:
                    computed.add(tells[node.func.id])
    return pairs, computed


def assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that a statement or a `:=` assigns to, each with its value."""
    if isinstance(node, ast.NamedExpr):
        yield node.target.id, node.value
    elif isinstance(node, ast.Assign):
        target = node.targets[0]
        pairs = [(target, node.value)]
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = list(zip(target.elts, node.value.elts, strict=True))
        yield from ((one.id, value) for one, value in pairs if isinstance(one, ast.Name))


def test_every_event_has_a_line() -> None:
    """events.md lists what is announced, and nothing that never is."""
    listed = {tuple(cell.strip("`") for cell in row[:2]) for row in rows(REFERENCE / "events.md")} - {
        ("step", "outcome")
    }
    pairs, computed = announced()
    assert len(pairs) > 10
    assert pairs - listed == set()
    assert {pair for pair in listed - pairs if pair[0] not in computed} == set()


def test_every_key_has_a_line() -> None:
    """documents.md lists the keys of the JSON documents."""
    from dataclasses import fields

    from importal.anatomy import bytecode_file, c_functions, code, execution, functions, inspection, library, recording

    page = REFERENCE / "documents.md"
    listed = {key for row in rows(page) for key in re.findall(r"`([^`]+)`", row[0])}
    documents = [
        inspection.Inspection, inspection.Kind, library.Library, bytecode_file.BytecodeFile, code.CodeObject,
        functions.Function, c_functions.CFunction, execution.Execution, recording.Recording, recording.Import,
        recording.Body, recording.Step,
    ]  # fmt: skip
    keys = {field.name for document in documents for field in fields(document)}
    of_spec = {"has_location", "cached", "parent", "submodule_search_locations", "loader_state"}
    assert keys | of_spec <= listed
    inner = [bytecode_file.Field, code.Flags, code.LineRange, code.ProtectedRange, code.Instruction, recording.Binding]
    written = set(re.findall(r"`([^`]+)`", page.read_text(encoding="utf-8")))
    assert {field.name for document in inner for field in fields(document)} <= written


def test_every_key_of_the_record_has_a_line() -> None:
    """record.md lists the keys of each kind of object in the record, its phases and its outcomes, and nothing else."""
    from dataclasses import fields

    from importal.observe import record

    kinds = [record.Record, record.Import, record.By, record.Cached, record.Thread, record.Ended, record.Startup]
    keys = {field.name for kind in kinds for field in fields(kind)} | {"format", "version", "outcome"}
    schema = json.loads((SOURCE / "observe" / "record.schema.json").read_text(encoding="utf-8"))
    outcomes = set(schema["$defs"]["Import"]["properties"]["outcome"]["enum"])
    listed = first_cells(REFERENCE / "record.md")
    inside_by = {"file", "line"}
    assert listed | inside_by == keys | set(record.PHASES) | outcomes


def test_every_format_has_a_line() -> None:
    """trace-renderings.md lists the formats and their endings."""
    from importal.export import FORMATS

    found = {}
    for row in rows(ROOT / "docs" / "guide" / "trace-renderings.md"):
        endings, form = (re.findall(r"`([^`]+)`", cell) for cell in row[:2])
        if len(row) == 3 and form and form != ["--format"]:
            found[form[0]] = tuple(endings)
    assert found == FORMATS


def test_every_file_has_a_line() -> None:
    """architecture.md lists the files of the package, but for the __init__ files of its folders."""
    listed = {name for name in first_cells(REFERENCE / "architecture.md") if name.endswith(".py")}
    files = {str(file.relative_to(SOURCE).as_posix()) for file in SOURCE.rglob("*.py")}
    assert listed ^ {name for name in files if not name.endswith("/__init__.py")} == set()


def test_the_layers_are_those_of_import_linter() -> None:
    """The picture in architecture.md is the contract in pyproject.toml, without the rooms that are not built yet."""
    (picture,) = (token.content for token in tokens(REFERENCE / "architecture.md") if token.type == "fence")
    drawn = [re.split(r" {2,}", line)[0] for line in picture.splitlines()]
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    assert drawn == [kept for kept in map(without_plans, layers) if kept]


def without_plans(layer: str) -> str:
    """Return a layer of the contract without the modules that do not exist yet: "(run) | (pack)" is "run"."""
    separator = " : " if " : " in layer else " | "
    names = [name.strip("() ") for name in re.split(r"[|:]", layer)]
    return separator.join(name for name in names if (SOURCE / name).is_dir() or (SOURCE / f"{name}.py").is_file())
