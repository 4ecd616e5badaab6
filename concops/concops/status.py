"""What an op comes to."""


class Status:
    """What an op returns. Plain strings, so that they can be sent, compared and written down as they are.

    After ``ok`` and ``stopped`` the sequence goes on; after any other it ends there.
    """

    ok = "OK"
    blocked = "BLOCKED"
    """A lock or a precondition says no."""
    failed = "FAILED"
    """The op's own verdict."""
    stopped = "STOPPED"
    """There was nothing to do."""
    error = "ERROR"
    """The op raised an exception. conc gives this one; an op has no need to."""
    timedout = "TIMED OUT"
    """The op's time limit passed."""
