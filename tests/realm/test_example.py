"""The plugin host of examples/ does what it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import importal

ROOT = Path(__file__).resolve().parents[2]


def test_plugin_host() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "plugin_host" / "host.py")],
        env={"PYTHONPATH": str(Path(importal.__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "doors: red door (paint 1)",
        "fences: fence in green (paint 2)",
        "walls: white wall (paint 1)",
        "updated walls: wall in blue (paint 2); doors: red door (paint 1)",
        "unloaded doors: 0 of its modules are left",
    ]
