"""The courier's pages."""

from __future__ import annotations

import time

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from courier import ledger
from courier.identity import RELEASE, VERSION
from courier.queue import deliver

THIS = {"version": VERSION, "release": RELEASE}


@require_safe
@never_cache
def front(request: HttpRequest) -> HttpResponse:
    """Which release this is, with its style sheet."""
    return render(request, "courier/front.html", THIS)


@csrf_exempt
@require_POST
def parcels(request: HttpRequest) -> JsonResponse:
    """Hands one in: ``parcel=NAME&seconds=TIME``."""
    deliver.delay(request.POST["parcel"], float(request.POST.get("seconds", "0")))
    return JsonResponse(THIS, status=202)


@require_safe
@never_cache
def slow(request: HttpRequest) -> JsonResponse:
    """An answer that takes ``?seconds=``."""
    time.sleep(min(float(request.GET.get("seconds", "1")), 10))
    return JsonResponse(THIS)


@csrf_exempt
@require_POST
def weigh(request: HttpRequest) -> JsonResponse:
    """How many bytes came, however slowly."""
    return JsonResponse(dict(THIS, bytes=len(request.body)))


@require_safe
@never_cache
def book(request: HttpRequest, book: str) -> JsonResponse:
    """What was done, and by which release."""
    return JsonResponse({"entries": ledger.read(book)})


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Healthy is: the books can be read."""
    return JsonResponse(dict(THIS, delivered=len(ledger.read("delivered"))))
