"""The corpus: wheels that must not be placed, and odd ones that may. The build's and the node's readers are held to it."""

from .case import Case
from .every import every_case

__all__ = ["Case", "every_case"]
