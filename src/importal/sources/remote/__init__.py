"""Places that fsspec reaches: archives, stores, and plain folders of files."""
