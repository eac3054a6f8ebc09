"""Rows that are written once: ledgers and histories."""

from typing import Any, Never

from django.db import models


class AppendOnlyError(TypeError):
    """A row of an append-only table was about to be changed or deleted."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Refuses to change or delete what it selects."""

    def update(self, **values: Any) -> Never:
        """Refuse."""
        raise AppendOnlyError(f"{self.model.__name__} rows are never changed")

    def delete(self) -> Never:
        """Refuse."""
        raise AppendOnlyError(f"{self.model.__name__} rows are never deleted")


class AppendOnlyModel(models.Model):
    """A base for tables whose rows are only ever inserted."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; refuse to change an existing row."""
        if not self._state.adding:
            raise AppendOnlyError(f"{type(self).__name__} rows are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Never:
        """Refuse."""
        raise AppendOnlyError(f"{type(self).__name__} rows are never deleted")
