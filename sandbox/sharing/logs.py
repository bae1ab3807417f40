"""Share tokens are keys; no log may hold one."""

from __future__ import annotations

import logging
import re
from typing import Any, Final

_TOKEN: Final = re.compile(r"(/s/|/shared/)[A-Za-z0-9_-]{16,}")
_LOGGERS: Final = (
    "django.request",
    "django.server",
    "django.security.csrf",
    "uvicorn.access",
    "uvicorn.error",
)


class WithoutTokens(logging.Filter):
    """Replaces the token in every path of a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean the record and let it pass."""
        record.msg = _clean(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_clean(value) for value in record.args)
        elif isinstance(record.args, dict):
            record.args = {key: _clean(value) for key, value in record.args.items()}
        return True


def _clean(value: Any) -> Any:
    return _TOKEN.sub(r"\1...", value) if isinstance(value, str) else value


def keep_tokens_out() -> None:
    """Clean the records of the loggers that write paths."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, WithoutTokens) for known in logger.filters):
            logger.addFilter(WithoutTokens())
