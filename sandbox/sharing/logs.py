"""Share tokens are keys; no log may hold one."""

from __future__ import annotations

import logging
import re
from typing import Any, Final

_TOKEN: Final = re.compile(r"(/s/|/shared/|/invitations/)[A-Za-z0-9_-]{16,}")
_LOGGERS: Final = ("", "django.request", "django.server", "uvicorn", "uvicorn.access", "uvicorn.error")


class WithoutTokens(logging.Filter):
    """Replaces the token in every path of a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean the record and let it pass."""
        record.msg, record.args = _clean(record.msg), _clean(record.args)
        return True


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _TOKEN.sub(r"\1...", value)
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_clean(item) for item in value)
    return value


def keep_tokens_out() -> None:
    """Clean what the loggers that write paths are given, and what reaches the handlers of the root."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        for place in (logger, *logger.handlers):
            if not any(isinstance(known, WithoutTokens) for known in place.filters):
                place.addFilter(WithoutTokens())
