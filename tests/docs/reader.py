"""A reader who does everything a page says, in a folder and a virtual environment of their own."""

from __future__ import annotations

import doctest
import json
import os
import subprocess
import sysconfig
import venv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from .page import Block, Command, blocks, commands
from .session import Checker

SOURCE = Path(__file__).parents[2] / "src"
SESSION = Path(__file__).with_name("session.py")

#: Seconds one block may take.
PATIENCE = 30
_MARK = "--- exit status"


class Reader:
    """Carries out the examples of one page below the folder *place*.

    The pages call the folder they are read in /tmp/tour and the environment /tmp/env.
    """

    def __init__(self, place: Path) -> None:
        self.folder = place / "tour"
        self.environment = place / "env"
        self.folder.mkdir()
        self.normalised = [(str(self.folder), "/tmp/tour"), (str(self.environment), "/tmp/env")]
        self.checker = Checker(self.normalised)
        self.scripts = make_environment(self.environment)
        self.variables = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))
        }
        self.variables |= {
            "PATH": f"{self.scripts}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "HOME": str(place),
            "COLUMNS": "100",
            "NO_COLOR": "1",
            # A pipe is written to in blocks, a terminal in lines: only so do the two streams mix as a reader sees them.
            "PYTHONUNBUFFERED": "1",
            "PYTHONIOENCODING": "utf-8",
        }
        self._session: subprocess.Popen[str] | None = None

    def read(self, page: Path) -> Iterator[str]:
        """Yield what was wrong, example by example; nothing when the page is true."""
        try:
            for shown in blocks(page):
                block = replace(shown, text=self._translate(shown.text))
                carry_out = getattr(self, f"_do_{block.kind}")
                yield from (f"{page.name}:{block.line}: {wrong}" for wrong in carry_out(block))
        finally:
            if self._session is not None:
                assert self._session.stdin is not None
                self._session.stdin.close()
                self._session.wait(PATIENCE)
                assert self._session.stdout is not None
                self._session.stdout.close()

    def _translate(self, text: str) -> str:
        """Return *text* with the real folders in place of the names that the pages use."""
        for real, shown in self.normalised:
            text = text.replace(shown, real)
        return text

    def _do_file(self, block: Block) -> Iterator[str]:
        assert block.file is not None
        file = self.folder / block.file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text, encoding="utf-8")
        try:
            compile(block.text, block.file, "exec")
        except SyntaxError as error:
            yield f"{block.file} is not Python: {error}"

    def _do_script(self, block: Block) -> Iterator[str]:
        result = self._run(["python", "-c", block.text])
        if result.returncode:
            yield f"exit status {result.returncode}\n{result.stdout}"
        elif result.stdout:
            yield f"a program that prints is shown with its output: name its file and run it\n{result.stdout}"

    def _do_console(self, block: Block) -> Iterator[str]:
        wanted = list(commands(block))
        shell = "".join(
            f"{one.text}\n_status=$?; printf '\\n{_MARK} %d\\n' $_status; (exit $_status)\n" for one in wanted
        )
        result = self._run(["sh", "-c", shell])
        answers = result.stdout.split(f"\n{_MARK} ")
        for index, command in enumerate(wanted):
            if index + 1 >= len(answers):
                yield f"line {command.line}: $ {command.text}\nthe shell ended before this command had: {answers[-1]}"
                return
            got = answers[index].partition("\n")[2] if index else answers[index]
            status = int(answers[index + 1].partition("\n")[0])
            tells = index + 1 < len(wanted) and "$?" in wanted[index + 1].text
            yield from self._judge(command, got, status, tells_status=tells)

    def _judge(self, command: Command, got: str, status: int, *, tells_status: bool) -> Iterator[str]:
        if not self.checker.check_output(command.output, got):
            difference = self.checker.output_difference(doctest.Example(command.text, command.output), got)
            yield f"line {command.line}: $ {command.text}\n{difference}"
        elif status and not tells_status:
            yield f"line {command.line}: $ {command.text}\nexit status {status}, and the page does not say so (echo $?)"

    def _do_session(self, block: Block) -> Iterator[str]:
        if self._session is None:
            # By -c, so that sys.path begins with the current folder, as a reader's interactive session has it.
            program = f"exec(compile(open({str(SESSION)!r}).read(), {str(SESSION)!r}, 'exec'))"
            self._session = subprocess.Popen(
                ["python", "-c", program, json.dumps(self.normalised)],
                executable=self.scripts / "python",
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=self.folder,
                env=self.variables,
            )
        assert self._session.stdin is not None
        assert self._session.stdout is not None
        print(
            json.dumps({"name": "page", "line": block.line, "text": block.text}), file=self._session.stdin, flush=True
        )
        answer = self._session.stdout.readline()
        if not answer:
            yield f"the session ended with status {self._session.wait(PATIENCE)}"
        elif report := json.loads(answer):
            yield report

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        executable = self.scripts / "python" if command[0] == "python" else None
        return subprocess.run(
            command,
            executable=executable,
            cwd=self.folder,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )


def make_environment(place: Path) -> Path:
    """Make a virtual environment with importal, without its extras, and nothing else; return its commands' folder."""
    builder = venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt")
    builder.create(place)
    paths = sysconfig.get_paths("venv", {"base": str(place), "platbase": str(place)})
    # Named so that it is read before importal.pth, as that of an editable install is.
    Path(paths["purelib"], "_importal.pth").write_text(str(SOURCE), encoding="utf-8")
    scripts = Path(paths["scripts"])
    command = scripts / "importal"
    command.write_text(
        f"#!{scripts / 'python'}\nimport sys\nfrom importal.cli import main\nsys.exit(main())\n", encoding="utf-8"
    )
    command.chmod(0o755)
    return scripts
