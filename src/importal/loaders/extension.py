"""Loading extension modules: shared libraries with an initialisation function (PEP 489)."""

from __future__ import annotations

import sys

from .. import interpreter
from ..interpreter import EXTENSION_SUFFIXES, import_frame
from ..locations import split
from ..machine import Machine
from .file import FileLoader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from ..spec import ModuleSpec

__all__ = ["ExtensionFileLoader"]


class ExtensionFileLoader(FileLoader):
    """Loads an extension module from the shared library ``path``."""

    reads_code = True
    executes_code = False

    def __init__(self, name: str, path: str) -> None:
        super().__init__(name, path)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Open the library and create its module. Raises ImportError with the system's own reason."""
        return interpreter.create_dynamic(spec)

    create_module = import_frame(create_module)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's initialisation functions; a module of single-phase initialisation has run already."""
        interpreter.exec_dynamic(module)

    exec_module = import_frame(exec_module)

    def is_package(self, fullname: str) -> bool:
        """Tell whether the library is a package's ``__init__``."""
        file = split(self.path)[1]
        return any(file == "__init__" + suffix for suffix in EXTENSION_SUFFIXES)

    def get_code(self, fullname: str) -> None:
        """Return None: an extension module has no code object."""

    def get_source(self, fullname: str) -> None:
        """Return None: an extension module has no source."""


if sys.platform in {"ios", "tvos", "watchos"}:

    class AppleFrameworkLoader(ExtensionFileLoader):
        """Loads an extension module from a framework that a ``.fwork`` file points to (PEP 730)."""

        def create_module(self, spec: ModuleSpec) -> ModuleType:
            """Open the library the ``.fwork`` file names, relative to the application's own directory."""
            framework = _framework_binary(self.path)
            located = type(spec)(spec.name, spec.loader, origin=framework)
            module = interpreter.create_dynamic(located)
            module.__file__ = framework
            return module

    def _framework_binary(path: str) -> str:
        if not path.endswith(".fwork"):
            return path
        with Machine.open(path, "rb") as file:
            relative = file.read().decode().strip()
        return f"{split(sys.executable)[0]}/{relative}"

else:

    class AppleFrameworkLoader(ExtensionFileLoader):
        """Loads an extension module from an Apple framework; on this platform an ordinary extension loader."""
