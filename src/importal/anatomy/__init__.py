"""What a module is made of, and what happens while it is executed."""
