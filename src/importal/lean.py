"""importal's own code without what only readers and type checkers need, for the starts of an enabled environment.

The annotations of functions, and what is imported for them alone, are a third of what a start unmarshals. Taking them
out means compiling importal from its source: `importal enable` has the time for that, a start has not.
"""

from __future__ import annotations
import __future__

import ast
import sys

from . import own

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

__all__ = ["lean_code", "slim"]


def slim(kept: str) -> None:
    """Write the file *kept*, which starts read importal's own modules from, anew with lean code.

    Not where no bytecode is to be written.
    """
    if sys.dont_write_bytecode:
        return
    codes = []
    try:
        files = [one for one in own.kept_files(kept) if one[0] != "__future__"]
        for _, file, _, _ in files:
            with open(file, "rb") as source:
                codes.append(lean_code(source.read(), file))
    except (OSError, SyntaxError, ValueError):
        return  # not there, or being changed just now: it stays as it is
    if files:
        own.write_kept(kept, files, codes)


def lean_code(source: bytes, file: str) -> CodeType:
    """Return the code of *source*, a module of importal's that comes from *file*. Raises SyntaxError and ValueError."""
    # With the flag there is no import of `__future__` to execute.
    tree = _Lean().visit(ast.parse(source, file))
    return compile(tree, file, "exec", __future__.annotations.compiler_flag, dont_inherit=True)  # type: ignore[no-any-return]


class _Lean(ast.NodeTransformer):
    """Takes out annotations of functions, what is executed for type checkers only, and the imports of features."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        self.generic_visit(node)
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AsyncFunctionDef:
        node.returns = None
        self.generic_visit(node)
        return node

    def visit_If(self, node: ast.If) -> ast.If | list[ast.stmt]:
        self.generic_visit(node)
        return node.orelse if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING" else node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom | None:
        return None if node.module == "__future__" else node
