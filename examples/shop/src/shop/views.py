"""The shop's pages."""

from __future__ import annotations

import platform

import django
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from lxml import etree

from shop import feed as feeds
from shop import qr
from shop.identity import RELEASE, VERSION
from shop.models import Counter, Item, Order


@require_safe
@never_cache
def front(request: HttpRequest) -> HttpResponse:
    """The items. Counts who looks."""
    page = {
        "items": list(Item.objects.all()),  # Read first: a page that nobody gets to see is not counted.
        "visits": Counter.count("visits"),
        "orders": Order.objects.count(),
        "latest": Order.objects.order_by("-pk").first(),
        "qr": mark_safe(qr.svg(request.build_absolute_uri("/"))),  # noqa: S308  (drawn here, of numbers alone)
        "version": VERSION,
        "release": RELEASE,
        "python": platform.python_version(),
        "django": django.get_version(),
        "lxml": etree.__version__,
    }
    return render(request, "shop/front.html", page)


@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """Take an order for one item."""
    item = get_object_or_404(Item, slug=request.POST.get("item", ""))
    Order.objects.create(item=item.name, price=item.price)
    return redirect("front")


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The items, for feed readers."""
    latest = Order.objects.order_by("-pk").first()
    updated = latest.placed.isoformat(timespec="seconds") if latest else "2024-01-01T00:00:00+00:00"
    body = feeds.atom(Item.objects.all(), request.build_absolute_uri("/"), updated)
    return HttpResponse(body, content_type="application/atom+xml")


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Healthy is: an item, with all that this release knows of it, can be read."""
    item = Item.objects.first()
    state = {"healthy": item is not None, "version": VERSION, "release": RELEASE}
    return JsonResponse(state, status=200 if item else 503)
