"""Laws that hold for all inputs, one a test."""
