"""Ops of the shop's own. What they need of the application is imported inside: the list of jobs is read without it."""

import logging
import os

from concops import Result, Status, op

log = logging.getLogger("shop.devops")


@op(again="safe", plan="reads: the catalogue of this release, for items that can't be sold")
def check_catalogue(ncd, sudoPass):
    """On the controller, before any node is touched: a broken catalogue is no reason to begin."""
    from importlib.resources import files

    from lxml import etree

    root = etree.fromstring((files("shop") / "catalogue.xml").read_bytes())
    items = list(root.iterfind("item"))
    wrong = [item.get("slug") for item in items if not item.get("price") or not item.findtext("name")]
    if wrong:
        return Result(Status.failed, "no name or no price: " + ", ".join(wrong))
    return Result(Status.ok, "%d items" % len(items))


@op(phase="once", again="safe", plan="the items in the database become those of this release's catalogue")
def load_catalogue(ncd, sudoPass):
    """On the node, in the release's own interpreter: the application's models do the work."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    django.setup()
    from shop import catalogue
    from shop.models import Item

    before = set(Item.objects.values_list("slug", flat=True))
    catalogue.load()
    now = set(Item.objects.values_list("slug", flat=True))
    log.info("%d items, %d of them new", len(now), len(now - before), extra={"host": ncd["host"]})
    return Status.stopped if now == before else Status.ok
