"""The importal command, in processes of its own."""
