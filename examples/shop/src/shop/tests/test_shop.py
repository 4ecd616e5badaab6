"""What the shop promises, asked as a browser would."""

from __future__ import annotations

import io
import stat
import tempfile
from importlib.resources import files
from pathlib import Path

from django.core.management import call_command
from django.test import TestCase
from lxml import etree

from shop import catalogue
from shop.identity import VERSION
from shop.models import Item, Order
from shop.secret import secret_key


class Pages(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        catalogue.load()

    def test_front_shows_version_and_every_item(self) -> None:
        response = self.client.get("/")
        self.assertContains(response, f"shop {VERSION}")
        for item in Item.objects.all():
            self.assertContains(response, item.name)
        self.assertContains(response, "<svg")

    def test_front_counts_who_looks(self) -> None:
        for visits in (1, 2, 3):
            self.assertContains(self.client.get("/"), f'<dd id="visits">{visits}</dd>', html=True)

    def test_an_order_is_kept(self) -> None:
        item = Item.objects.first()
        response = self.client.post("/orders", {"item": item.slug}, follow=True)
        self.assertContains(response, '<dd id="orders">1</dd>', html=True)
        self.assertEqual(Order.objects.get().item, item.name)

    def test_an_order_for_nothing_is_refused(self) -> None:
        self.assertEqual(self.client.post("/orders", {"item": "coffee"}).status_code, 404)
        self.assertEqual(self.client.get("/orders").status_code, 405)

    def test_feed_is_atom_with_every_item(self) -> None:
        response = self.client.get("/feed.xml")
        titles = etree.fromstring(response.content).findall("{*}entry/{*}title")
        self.assertEqual([title.text for title in titles], [item.name for item in Item.objects.all()])

    def test_static_files_are_served_by_the_application(self) -> None:
        response = self.client.get("/static/shop/shop.css")
        self.assertEqual(response.status_code, 200)
        self.assertEqual(b"".join(response.streaming_content), (files("shop") / "static/shop/shop.css").read_bytes())


class Health(TestCase):
    def test_without_items_it_is_not_healthy(self) -> None:
        self.assertEqual(self.client.get("/healthz").status_code, 503)

    def test_with_items_it_is(self) -> None:
        catalogue.load()
        response = self.client.get("/healthz")
        self.assertEqual((response.status_code, response.json()["healthy"]), (200, True))


class TheCatalogue(TestCase):
    def test_is_loaded_once_and_replaces_what_it_no_longer_names(self) -> None:
        catalogue.load()
        Item.objects.create(slug="old", name="Old", description="", price=1)
        catalogue.load()
        self.assertTrue(Item.objects.filter(slug="old").exists(), "the same catalogue was loaded again")
        catalogue.Catalogue.objects.update(digest="another")
        catalogue.load()
        self.assertFalse(Item.objects.filter(slug="old").exists())

    def test_migrations_are_what_the_models_need(self) -> None:
        try:
            call_command("makemigrations", "shop", check=True, dry_run=True, stdout=io.StringIO())
        except SystemExit:
            self.fail("a model changed, and its migration is missing: python manage.py makemigrations")


class TheSecret(TestCase):
    def test_is_made_once_for_its_owner_alone(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "secret.key")
            key = secret_key(path)
            self.assertGreaterEqual(len(key), 50)
            self.assertEqual(secret_key(path), key)
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
            self.assertEqual([entry.name for entry in Path(folder).iterdir()], ["secret.key"])
