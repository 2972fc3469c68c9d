"""The interactive session of a page, as a process: reads blocks from standard input, answers each with what was wrong.

Run by reader.py. Each line read is a JSON object with ``name``, ``line`` and ``text``; each line written is the JSON
text of doctest's report on that block, empty when the session showed what the page shows.
"""

from __future__ import annotations

import doctest
import json
import os
import re
import sys

FLAGS = doctest.ELLIPSIS | doctest.REPORT_NDIFF


class Checker(doctest.OutputChecker):
    """Compares as doctest does, but for addresses, and for temporary paths, which get the names the pages use."""

    def __init__(self, names: list[tuple[str, str]]) -> None:
        self.names = names

    def check_output(self, want: str, got: str, optionflags: int = FLAGS) -> bool:
        return super().check_output(self._normalise(want), self._normalise(got), optionflags)

    def output_difference(self, example: doctest.Example, got: str, optionflags: int = FLAGS) -> str:
        return super().output_difference(example, self._normalise(got), optionflags)

    def _normalise(self, text: str) -> str:
        for real, shown in self.names:
            text = text.replace(real, shown)
        return re.sub(r"\b0x[0-9a-fA-F]+\b", "0x7f0000000000", text)


def main() -> None:
    """Run the blocks as they come, all in one namespace."""
    checker = Checker(json.loads(sys.argv[1]))
    sys.argv[:] = [""]
    # What an example writes past sys.stdout must not mix with the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    # A __main__ of its own, so that the session looks as empty as a reader's.
    this = sys.modules["__main__"] = type(sys)("__main__")
    namespace = this.__dict__
    parser = doctest.DocTestParser()
    runner = doctest.DocTestRunner(checker=checker, optionflags=FLAGS, verbose=False)
    for request in sys.stdin:
        block = json.loads(request)
        test = parser.get_doctest(block["text"], namespace, block["name"], block["name"], block["line"] - 1)
        test.globs = namespace  # the test's own copy would end with the block
        report: list[str] = []
        runner.run(test, out=report.append, clear_globs=False)
        print(json.dumps("".join(report)), file=answers, flush=True)


if __name__ == "__main__":
    main()
