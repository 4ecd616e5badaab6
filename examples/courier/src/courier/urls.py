"""The courier's addresses."""

from django.urls import path

from courier import views

urlpatterns = [
    path("", views.front),
    path("parcels", views.parcels),
    path("slow", views.slow),
    path("weigh", views.weigh),
    path("books/<slug:book>", views.book),
    path("healthz", views.healthz),
]
