"""children: which commands of other programs are changed, and how. (Real children are in tests/e2e.)"""

from __future__ import annotations

import pytest

from importal.children import _installing

INSTALL = "import importal; importal.ImportSystem.host().install(); "
SPAWN = "from multiprocessing.spawn import spawn_main; spawn_main(5)"
FORKSERVER = "from multiprocessing.forkserver import main; main(3)"


@pytest.mark.parametrize("text", [SPAWN, FORKSERVER])
def test_commands_of_multiprocessing(text: str) -> None:
    assert _installing(["python", "-c", text, "--multiprocessing-fork"]) == [
        "python", "-c", INSTALL + text, "--multiprocessing-fork",
    ]  # fmt: skip
    assert _installing((b"python", b"-c", text.encode())) == [b"python", b"-c", (INSTALL + text).encode()]


@pytest.mark.parametrize(
    "command",
    [
        ["python", "-c", "from multiprocessing.resource_tracker import main;main(4)"],
        ["python", "-c", "print(1)"],
        ["python", "script.py", "-c"],
        ["frozen.exe", "--multiprocessing-fork", "parent_pid=1"],
        [],
    ],
)
def test_other_commands_stay_as_they_are(command: list[str]) -> None:
    assert _installing(command) == command
