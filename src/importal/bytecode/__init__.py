"""Bytecode files: their header, whether one is still valid for its source, and where they are kept."""
