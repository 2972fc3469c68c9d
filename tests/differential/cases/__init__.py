"""The programs, one file for each row: a file calls its `case` once for each program."""
