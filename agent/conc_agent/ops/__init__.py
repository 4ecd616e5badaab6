"""The built-in ops: one module each, with ``run(context, request) -> Outcome``."""
