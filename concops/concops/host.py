"""Where a job runs."""


class Host:
    """Where a job runs: on the controller, or on the node that is being changed. Plain strings."""

    local = "local"
    remote = "remote"
