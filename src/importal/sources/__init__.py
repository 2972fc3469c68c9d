"""Places that hold modules. A source lists, stats and reads; it knows nothing of imports."""
