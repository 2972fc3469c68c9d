"""The examples, links and tables of README.md and docs/."""
