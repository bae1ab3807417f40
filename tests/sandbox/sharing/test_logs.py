"""No log holds a share token."""

from __future__ import annotations

import io
import logging

from sandbox.sharing import services
from sandbox.sharing.logs import WithoutTokens, keep_tokens_out
from tests.sandbox.base import SandboxTest


class LogTest(SandboxTest):
    """A link to the owner's scenario."""

    def test_neither_pages_nor_api_leave_the_token(self) -> None:
        _, token = services.create(self.scenario(), self.owner, [])
        written = io.StringIO()
        handler = logging.StreamHandler(written)
        root = logging.getLogger()
        root.addHandler(handler)
        try:
            keep_tokens_out()
            services.revoke(services.Share.objects.get())
            self.client.get(f"/s/{token}/")
            self.send(self.client, "GET", f"/shared/{token}")
            self.send(self.client, "GET", f"/shared/{token}/routes?nic=x")
        finally:
            root.removeHandler(handler)
        assert "/shared/..." in written.getvalue()
        assert token not in written.getvalue()

    def test_cleans_text_arguments_and_structures(self) -> None:
        secret = "A" * 32
        for message, arguments in (
            (f"GET /s/{secret}/", ()),
            ("%s", (f"/api/v1/shared/{secret}/fork",)),
            ("GET %s", (f"/courses/invitations/{secret}/",)),
            ("%(path)s", ({"path": f"/ws/shared/{secret}/runs/1/"},)),
        ):
            record = logging.LogRecord("x", logging.INFO, "f", 1, message, arguments, None)
            WithoutTokens().filter(record)
            assert secret not in record.getMessage()
        record = logging.LogRecord("x", logging.INFO, "f", 1, {"request": f"GET /s/{secret}/"}, None, None)
        WithoutTokens().filter(record)
        assert secret not in str(record.msg)
