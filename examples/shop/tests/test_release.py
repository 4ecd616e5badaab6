"""What a release must do on its node before it serves: run by the job test_release, in the release's interpreter."""

import os
import unittest as integration


class Release(integration.TestCase):
    @classmethod
    def setUpClass(cls):
        import django

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
        django.setup()

        from django.db import connection
        from django.db.migrations.executor import MigrationExecutor

        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise integration.SkipTest("this node has a database of its own, which its first process brings up to date")

    def test_the_catalogue_is_loaded(self):
        from shop.models import Item

        self.assertGreater(Item.objects.count(), 0)

    def test_the_shop_is_healthy(self):
        from django.test import Client

        self.assertEqual(Client(HTTP_HOST="localhost").get("/healthz").status_code, 200)
