"""What the shop keeps in its database."""

from __future__ import annotations

from django.db import models
from django.db.models import F


class Item(models.Model):
    """Something to buy. Comes from the release's catalogue."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    description = models.TextField()
    price = models.DecimalField(max_digits=6, decimal_places=2)
    # May be null: release 1, which doesn't know of it, can go on writing items.
    origin = models.CharField(max_length=80, null=True)
    colour = models.CharField(max_length=20, null=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Order(models.Model):
    """An order keeps the name and price of its day: items come and go with releases."""

    item = models.CharField(max_length=80)
    price = models.DecimalField(max_digits=6, decimal_places=2)
    placed = models.DateTimeField(auto_now_add=True)


class Counter(models.Model):
    """A number that only grows."""

    name = models.CharField(max_length=40, primary_key=True)
    value = models.PositiveBigIntegerField(default=0)

    @classmethod
    def count(cls, name: str) -> int:
        """Add one, and give the number."""
        cls.objects.get_or_create(name=name)
        cls.objects.filter(name=name).update(value=F("value") + 1)
        return cls.objects.get(name=name).value


class Catalogue(models.Model):
    """Which catalogue the items were loaded from. One row."""

    digest = models.CharField(max_length=64)
