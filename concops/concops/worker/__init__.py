"""Where ops run: a Python process of its own, and who starts it. The protocol stands in ``messages``."""
