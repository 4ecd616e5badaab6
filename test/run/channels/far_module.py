import sys

if __name__ == "__channelexec__":
    channel.send(__name__)  # noqa: F821
    channel.send(sorted(name for name in globals() if not name.startswith("__")))  # noqa: F821
