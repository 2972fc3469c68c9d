"""Publishing to a store: what a release is made of, and how one is added, compared and removed."""
