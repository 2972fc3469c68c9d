"""Seeing what an import does: explanations of one name, and the interpreter's own ``-v``."""
