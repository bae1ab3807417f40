"""Rows that are added and never changed: what was said of somebody's work stays as it was said."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)


class AppendOnly(TypeError):
    """Somebody tried to change or delete a row that stays as it is."""


class AppendOnlyQuerySet(models.QuerySet[Row]):
    """Rows that may be added; every way to change or delete them is refused.

    They go only with what they belong to, when a course or an account is deleted.
    """

    def update(self, **values: Any) -> int:
        """Refuse: add another row."""
        raise _refused(self.model)

    async def aupdate(self, **values: Any) -> int:
        """Refuse: add another row."""
        raise _refused(self.model)

    def bulk_update(self, objs: Any, fields: Any, batch_size: Any = None) -> int:
        """Refuse: add another row."""
        raise _refused(self.model)

    def delete(self) -> Any:
        """Refuse: a row stays."""
        raise _refused(self.model)

    async def adelete(self) -> Any:
        """Refuse: a row stays."""
        raise _refused(self.model)

    def bulk_create(self, objs: Any, *args: Any, **options: Any) -> list[Row]:
        """Add rows; one that is there is not replaced."""
        if options.get("update_conflicts"):
            raise _refused(self.model)
        return super().bulk_create(objs, *args, **options)


class AppendedModel(models.Model):
    """A row that is saved once."""

    class Meta:
        """No table of its own."""

        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row; refuse to change one that is there."""
        if not self._state.adding:
            raise _refused(type(self))
        kwargs["force_insert"] = True  # a new object with the number of a row would replace it otherwise
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse: a row stays."""
        raise _refused(type(self))


def _refused(model: type[models.Model]) -> AppendOnly:
    return AppendOnly(f"A {model._meta.verbose_name} is never changed or deleted; add another one.")
