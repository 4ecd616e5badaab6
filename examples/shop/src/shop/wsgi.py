"""What gunicorn serves. Nothing is answered before database and catalogue fit this release."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
application = get_wsgi_application()

from shop.start import prepare  # noqa: E402  (models can be imported once Django is set up)

prepare()
