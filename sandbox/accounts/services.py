"""What people do with accounts: start as a guest, claim the account."""

from __future__ import annotations

import logging
import secrets
from typing import Final

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest

from sandbox.accounts.models import User

GUESTS_PER_HOUR: Final = 60
"""New guests from one address in an hour. Generous, because a classroom shares one address."""

_HOUR_S: Final = 3600

log = logging.getLogger(__name__)


class TooManyGuests(Exception):
    """One address started too many guest accounts within an hour."""


class NotAGuest(Exception):
    """The account has an owner with a password already."""


def create_guest(request: HttpRequest) -> User:
    """Return a new guest account; the caller signs it in.

    Raises:
        TooManyGuests: the address of the request used up its allowance for this hour.
    """
    limit = getattr(settings, "GUESTS_PER_HOUR", GUESTS_PER_HOUR)
    if _started_this_hour(request.META.get("REMOTE_ADDR", "unknown")) > limit:
        raise TooManyGuests
    return new_guest()


def _started_this_hour(address: str) -> int:
    """Count one more guest of an address and return the count; 0 while the cache is away."""
    key = f"guests:{address}"
    try:
        cache.add(key, 0, _HOUR_S)
        return int(cache.incr(key))
    except ValueError:  # the key expired between the two calls
        return 1
    except Exception:
        # The limit is a courtesy to the machine; a cache that is away must not lock people out.
        log.warning("the guest limit could not be checked", exc_info=True)
        return 0


def new_guest() -> User:
    """Return a new guest account, without asking for a limit."""
    user = User(username=f"guest-{secrets.token_hex(6)}", is_guest=True)
    user.set_unusable_password()
    user.save()
    return user


def claim(user: User, username: str, password: str) -> User:
    """Turn a guest into a person with a user name and a password; everything they made stays theirs.

    Args:
        username: checked for form and uniqueness by ``forms.ClaimForm``.

    Raises:
        NotAGuest: the account was claimed before.
        django.db.IntegrityError: the user name was taken in the meantime.
    """
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if not locked.is_guest:
            raise NotAGuest
        locked.username = username
        locked.is_guest = False
        locked.set_password(password)
        locked.save(update_fields=["username", "is_guest", "password"])
    return locked


def verified_addresses(user: User) -> set[str]:
    """Return the e-mail addresses that a person has shown to be theirs, in lower case."""
    found = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return {address.lower() for address in found}


def account_of(login: str) -> User | None:
    """Return the account of a login: who has verified that address, else who has that user name.

    A user name in other small and capital letters is the same, if only one account has it.
    """
    mine = EmailAddress.objects.filter(email__iexact=login, verified=True).select_related("user").first()
    if mine is not None and isinstance(mine.user, User):
        return mine.user
    found = list(User.objects.filter(username__iexact=login, is_guest=False))
    exact = next((user for user in found if user.username == login), None)
    return exact or (found[0] if len(found) == 1 else None)
