"""The web server's way in: pages and the API over HTTP, news of runs over sockets."""

from __future__ import annotations

import gc
import os

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandbox.settings.production")
# Fills the app registry: consumers import models, so routing comes after.
http = get_asgi_application()

from sandbox.common.sockets import with_user  # noqa: E402
from sandbox.routing import websocket_urlpatterns  # noqa: E402
from sandbox.scenarios import language  # noqa: E402

sockets = language.Sockets(URLRouter(websocket_urlpatterns))
application = ProtocolTypeRouter({"http": http, "websocket": AllowedHostsOriginValidator(with_user(sockets))})

# The web server keeps what it read of drawings, hundreds of thousands of objects. Looked through as often as
# Python does by itself, they hold up every twentieth edit of a drawing of 100 VMs for a quarter of a second.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 10, 10)
