"""The agent's half of the built-in ops, one module each: ``run(context, request) -> Outcome`` (context.py, outcome.py).

Each observes reality first, and can be run again after it was cut off anywhere. What it asks for, what it would change
and what a person would type instead is the controller's half, ``src/ops/``.
"""
