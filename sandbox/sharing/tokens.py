"""Tokens of share links: they follow from the share's id and the server's secret key."""

from __future__ import annotations

import base64
import hashlib
from uuid import UUID

from django.utils.crypto import salted_hmac


def token_of(share_id: UUID) -> str:
    """Return the token of a share, 43 letters; another secret key gives another one."""
    made = salted_hmac("sandbox.sharing.token", share_id.bytes.hex(), algorithm="sha256").digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def token_hash(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
