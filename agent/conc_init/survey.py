"""All that is found in a project's Python files."""

from __future__ import annotations

from typing import Any, Dict, List

from conc_init.applications import Applications
from conc_init.django import Django
from conc_init.sources import Sources


def survey(folder: str, files: List[str]) -> Dict[str, Any]:
    """``{applications, django, unreadable}``: what can be served or worked, and files that this Python can't parse.

    ``applications``: ``{kind, file, root, module, name, factory, line, routes}`` each.
    ``django``: ``{manage, root, settings, wsgi, asgi, routes, debug, allowedHosts, database}`` each.
    """
    sources = Sources(folder, files)
    applications = Applications(sources)
    django = Django(sources)
    return {
        "applications": applications.found(),
        "django": [django.project(path) for path in sources.named("manage.py")],
        "unreadable": sources.unreadable(),
    }
