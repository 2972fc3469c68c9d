"""Threads, green threads, forks and interrupts in the middle of imports, each in a process of its own."""
