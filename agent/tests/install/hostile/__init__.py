"""The corpus: wheels that must not be placed, and odd ones that may. Build and node are both held to it."""

from .case import Case
from .every import every_case

__all__ = ["Case", "every_case"]
