"""The shop's addresses."""

from django.urls import path

from shop import views

urlpatterns = [
    path("", views.front, name="front"),
    path("orders", views.order, name="order"),
    path("feed.xml", views.feed, name="feed"),
    path("healthz", views.healthz, name="healthz"),
]
