"""Static files: each release has its own; ``shared/static`` has those of all that are kept, for a web server."""
