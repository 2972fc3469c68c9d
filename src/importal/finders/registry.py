"""Finding modules that are registered in the Windows registry."""

from __future__ import annotations

import sys

from ..loaders.location import file_loaders
from ..machine import Machine
from ..spec import ModuleSpec
from .legacy import LegacyFinder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["WindowsRegistryFinder"]


class WindowsRegistryFinder(LegacyFinder):
    """Finds modules by registry key (documented for ``importlib.machinery``). Finds nothing on other systems."""

    REGISTRY_KEY = "Software\\Python\\PythonCore\\{sys_version}\\Modules\\{fullname}"
    REGISTRY_KEY_DEBUG = REGISTRY_KEY + "\\Debug"
    DEBUG_BUILD = "_d.pyd" in file_loaders()[0][1]

    @classmethod
    def find_spec(cls, fullname: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:
        """Return the spec of the module registered as *fullname*, or None."""
        location = cls._registered(fullname)
        if location is None or not Machine.exists(location):
            return None
        for loader, suffixes in file_loaders():
            if location.endswith(tuple(suffixes)):
                spec = ModuleSpec(fullname, loader(fullname, location), origin=location)
                spec.has_location = True
                return spec
        return None

    @classmethod
    def _registered(cls, fullname: str) -> str | None:
        if sys.platform != "win32":
            return None
        import winreg

        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        key = (cls.REGISTRY_KEY_DEBUG if cls.DEBUG_BUILD else cls.REGISTRY_KEY).format(
            fullname=fullname, sys_version=version
        )
        for root in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
            try:
                with winreg.OpenKey(root, key) as opened:
                    return str(winreg.QueryValue(opened, ""))
            except OSError:
                continue  # not registered for this user, or at all
        return None
