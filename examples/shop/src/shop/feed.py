"""The items as an Atom feed (RFC 4287)."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree
from lxml.builder import ElementMaker

from shop.models import Item

ATOM = "http://www.w3.org/2005/Atom"


def atom(items: Iterable[Item], address: str, updated: str) -> bytes:
    """``address``: the shop's own, as a URL. ``updated``: when something changed last, RFC 3339."""
    e = ElementMaker(namespace=ATOM, nsmap={None: ATOM})
    entries = [
        e.entry(
            e.title(item.name),
            e.id(f"{address}#{item.slug}"),
            e.updated(updated),
            e.link(href=f"{address}#{item.slug}"),
            e.summary(item.description),
        )
        for item in items
    ]
    author = e.author(e.name("Kettle & Leaf"))
    feed = e.feed(e.title("Kettle & Leaf"), e.id(address), e.updated(updated), author, *entries)
    return etree.tostring(feed, xml_declaration=True, encoding="UTF-8", pretty_print=True)
