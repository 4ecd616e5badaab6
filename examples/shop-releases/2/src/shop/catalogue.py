"""The release's catalogue, and the items that are made from it."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import Any

from django.db import transaction
from lxml import etree

from shop.models import Catalogue, Item


def load() -> None:
    """Make the items those of this release's catalogue. Does nothing where they were loaded from the same one."""
    source = (files("shop") / "catalogue.xml").read_bytes()
    digest = hashlib.sha256(source).hexdigest()
    if Catalogue.objects.filter(digest=digest).exists():
        return
    items = parse(source)
    with transaction.atomic():
        Catalogue.objects.all().delete()  # First of all, a write: then it waits for processes that write, and they for it.
        for slug, fields in items.items():
            Item.objects.update_or_create(slug=slug, defaults=fields)
        Item.objects.exclude(slug__in=items).delete()
        Catalogue.objects.create(digest=digest)


def parse(source: bytes) -> dict[str, dict[str, Any]]:
    """``{slug: {field: value}}``, in the order of the file."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    root = etree.fromstring(source, parser)
    return {
        item.get("slug"): {
            "name": item.findtext("name"),
            "description": " ".join(item.findtext("description").split()),
            "price": item.get("price"),
            "origin": item.get("origin"),
        }
        for item in root.iterfind("item")
    }
