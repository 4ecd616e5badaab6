"""A QR code to look at the shop on a phone."""

from __future__ import annotations

import io

import pyqrcode


def svg(address: str) -> str:
    """An ``<svg>`` element that can stand in a page."""
    drawing = io.BytesIO()
    pyqrcode.create(address, error="M").svg(drawing, scale=3, quiet_zone=2, xmldecl=False, svgns=False)
    return drawing.getvalue().decode("ascii")
