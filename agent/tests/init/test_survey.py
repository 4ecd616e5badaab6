import tempfile
import unittest
from pathlib import Path

from conc_init.survey import survey


def surveyed(files):
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return survey(folder, sorted(files))


def found(files):
    return [
        (each["kind"], each["module"], each["name"], each["factory"], each["routes"])
        for each in surveyed(files)["applications"]
    ]


class Applications(unittest.TestCase):
    def test_by_whatever_name_the_class_is_imported(self):
        for text in (
            "from flask import Flask\napp = Flask(__name__)\n",
            "from flask import Flask as F\napp: F = F(__name__)\n",
            "import flask\napp = flask.Flask(__name__)\n",
            "import flask as f\nif True:\n    app = f.Flask(__name__)\n",
            "try:\n    from flask import Flask\n    app = Flask('x')\nexcept ImportError:\n    app = None\n",
        ):
            with self.subTest(text=text):
                self.assertEqual(found({"web.py": text}), [("flask", "web", "app", False, [])])

    def test_kinds(self):
        text = "from fastapi import FastAPI\nfrom celery import Celery\nweb = FastAPI()\nwork = Celery('x')\n"
        self.assertEqual([each[0] for each in found({"a.py": text})], ["fastapi", "celery"])

    def test_nothing_that_only_looks_like_one(self):
        for text in (
            "class Flask: pass\napp = Flask()\n",
            "from flask import Flask\nif __name__ == '__main__':\n    app = Flask('x')\n",
            "from flask import Flask\ndef f():\n    app = Flask('x')\n",
            "'app = Flask()'\n",
        ):
            with self.subTest(text=text):
                self.assertEqual(found({"web.py": text}), [])

    def test_modules_are_named_as_they_are_imported_when_installed(self):
        app = "from flask import Flask\napp = Flask('x')\n"
        files = {
            "src/shop/__init__.py": "",
            "src/shop/web/__init__.py": app,
            "lib/tea/__init__.py": "",
            "lib/tea/a.py": app,
        }
        files.update({"src/plain.py": app, "src/space/part/b.py": app, "top.py": app})
        modules = sorted((each["module"], each["root"]) for each in surveyed(files)["applications"])
        self.assertEqual(
            modules,
            [("plain", "src"), ("shop.web", "src"), ("space.part.b", "src"), ("tea.a", "lib"), ("top", "")],
        )

    def test_factories_need_no_arguments(self):
        text = "from flask import Flask\n%s:\n    app = Flask('x')\n    return app\n"
        self.assertEqual(
            found({"w.py": text % "def create_app(config=None, *, more=1)"}), [("flask", "w", "create_app", True, [])]
        )
        self.assertEqual(found({"w.py": text % "def create_app(config)"}), [])
        self.assertEqual(found({"w.py": text % "def create_app(*, config)"}), [])
        self.assertEqual(found({"w.py": text % "async def create_app()"}), [])

    def test_what_a_factory_of_another_module_made_is_an_application_with_its_routes(self):
        factory = (
            "from flask import Flask\ndef create_app():\n    app = Flask('x')\n"
            "    @app.route('/')\n    def front(): pass\n    return app\n"
        )
        for line in (
            "from shop import create_app",
            "from . import create_app",
            "from shop import create_app as create_app",
        ):
            with self.subTest(line=line):
                files = {"shop/__init__.py": factory, "shop/wsgi.py": line + "\napplication = create_app()\n"}
                self.assertEqual(found(files), [("flask", "shop.wsgi", "application", False, ["/"])])

    def test_routes_are_those_that_a_plain_get_may_ask(self):
        text = (
            "from flask import Flask\napp = Flask('x')\nother = object()\n"
            "@app.route('/', methods=['GET', 'POST'])\n@app.route('/home')\ndef a(): pass\n"
            "@app.route('/order', methods=['POST'])\ndef b(): pass\n"
            "@app.route('/item/<int:n>')\ndef c(n): pass\n"
            "@app.post('/p')\ndef d(): pass\n"
            "@app.get('/healthz')\ndef e(): pass\n"
            "@other.get('/not')\ndef f(): pass\n"
            "app.add_url_rule('/late', view_func=a)\n"
        )
        self.assertEqual(set(found({"w.py": text})[0][4]), {"/", "/home", "/healthz", "/late"})

    def test_starlettes_routes(self):
        text = "from starlette.applications import Starlette\nfrom starlette.routing import Route\n"
        text += "app = Starlette(routes=[Route('/', f), Route('/{n}', f), Route('/x', f, methods=['POST'])])\n"
        self.assertEqual(found({"w.py": text})[0][4], ["/"])

    def test_what_this_python_can_not_parse_is_told(self):
        told = surveyed({"old.py": "x = 1\nprint 'x'\n"})["unreadable"]
        self.assertEqual([(each["file"], each["line"]) for each in told], [("old.py", 2)])


MANAGE = "import os\ndef main():\n    os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site1.settings')\n"


class Django(unittest.TestCase):
    def project(self, settings, root="", **more):
        files = {"manage.py": MANAGE, "site1/__init__.py": "", "site1/settings.py": settings, **more}
        return surveyed({root + path: text for path, text in files.items()})["django"][0]

    def test_settings_are_read_where_manage_py_says(self):
        settings = "WSGI_APPLICATION = 'site1.wsgi.application'\nDEBUG = False\nALLOWED_HOSTS = ['a', '127.0.0.1']\n"
        found = self.project(settings, root="backend/")
        self.assertEqual((found["wsgi"], found["root"]), ("site1.wsgi.application", "backend"))
        self.assertEqual(found["debug"], {"value": False, "file": "backend/site1/settings.py", "line": 2})
        self.assertEqual(found["allowedHosts"]["value"], ["a", "127.0.0.1"])

    def test_what_is_computed_is_not_guessed(self):
        settings = "import os\nDEBUG = bool(os.environ.get('D'))\nALLOWED_HOSTS = os.environ['H'].split()\n"
        found = self.project(settings)
        self.assertEqual((found["debug"]["value"], found["allowedHosts"]["value"]), (None, None))

    def test_settings_that_take_others(self):
        files = {"site1/base.py": "DEBUG = True\nWSGI_APPLICATION = 'site1.wsgi.application'\n"}
        found = self.project("from .base import *\nDEBUG = False\n", **files)
        self.assertEqual((found["debug"]["value"], found["wsgi"]), (False, "site1.wsgi.application"))

    def test_wsgi_py_where_the_settings_name_none(self):
        self.assertEqual(self.project("", **{"site1/wsgi.py": ""})["wsgi"], "site1.wsgi.application")
        self.assertIsNone(self.project("")["wsgi"])

    def test_static_files_that_nothing_serves_are_seen(self):
        settings = 'INSTALLED_APPS = ["shop",\n    "django.contrib.staticfiles"]\n'
        self.assertEqual(self.project(settings)["static"], {"value": True, "file": "site1/settings.py", "line": 1})
        self.assertIsNone(self.project('INSTALLED_APPS = ["shop"]\n')["static"])
        served = 'MIDDLEWARE = ["whitenoise.middleware.WhiteNoiseMiddleware"]\n'
        elsewhere = 'STATIC_URL = "https://static.example.org/"\n'
        for more in (served, elsewhere, 'MIDDLEWARE += ["servestatic.middleware.ServeStaticMiddleware"]\n'):
            self.assertIsNone(self.project(settings + more)["static"])

    def test_a_wrapper_in_wsgi_serves_static_files(self):
        settings = 'INSTALLED_APPS = ["django.contrib.staticfiles"]\n'
        wrapped = "from whitenoise import WhiteNoise\napplication = WhiteNoise(None)\n"
        self.assertIsNone(self.project(settings, **{"site1/wsgi.py": wrapped})["static"])
        self.assertIsNotNone(self.project(settings, **{"site1/wsgi.py": "application = None\n"})["static"])

    def test_a_database_beside_the_source_is_seen(self):
        inside = "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE_DIR / 'x'}}\n"
        self.assertTrue(self.project(inside)["database"]["value"])
        self.assertFalse(self.project(inside.replace("BASE_DIR", "SHARED"))["database"]["value"])

    def test_pages(self):
        urls = "urlpatterns = [path('admin/', admin.site.urls), path('', front), path('x/<int:n>', x),"
        urls += " path('b/', include('b'))]\n"
        settings = "ROOT_URLCONF = 'site1.urls'\nDEBUG = True\n"
        self.assertEqual(self.project(settings, **{"site1/urls.py": urls})["routes"], ["/"])
        untouched = "urlpatterns = [path('admin/', admin.site.urls)]\n"
        self.assertEqual(self.project(settings, **{"site1/urls.py": untouched})["routes"], ["/"])
        self.assertEqual(self.project(settings.replace("True", "False"), **{"site1/urls.py": untouched})["routes"], [])
