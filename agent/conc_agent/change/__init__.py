"""A change in progress: its lock, its journal, and the way through its jobs."""
