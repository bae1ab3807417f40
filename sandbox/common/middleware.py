"""What all requests pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.decorators import sync_only_middleware


@sync_only_middleware
def in_one_thread(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Let all middlewares run in the thread of the view, which is none of a coroutine here.

    It stands last. Without it each of them goes from the event loop to that thread and back, twice, which is
    about half of the time of a small answer.
    """
    return get_response
