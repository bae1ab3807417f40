"""Requests over ASGI: no middleware goes to a thread and back by itself."""

from __future__ import annotations

from unittest import mock

from django.test import TestCase
from django.utils.deprecation import MiddlewareMixin


class MiddlewareTest(TestCase):
    async def test_all_run_in_the_thread_of_the_view(self) -> None:
        hop = mock.AsyncMock(side_effect=AssertionError("a middleware is asked by the event loop"))
        with mock.patch.object(MiddlewareMixin, "__acall__", hop):
            answer = await self.async_client.get("/healthz")
        assert answer.status_code == 200
