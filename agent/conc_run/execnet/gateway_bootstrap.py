"""Where execnet has its HostNotFound."""


class HostNotFound(Exception):
    """ssh could not log in. The text says why, and what to do, in conc's words and in ssh's own."""
