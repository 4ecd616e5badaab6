"""The application's own ops: the code that they are, the workers that they run in, what they know."""
