import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xuancheng_portal.settings")

application = get_wsgi_application()

from accounts import first  # noqa: E402  (needs the application to be set up)

first.announce(lambda line: print(line, file=sys.stderr, flush=True))
