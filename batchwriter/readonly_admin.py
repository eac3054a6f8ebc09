"""Admin pages of rows that nobody edits by hand."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest


class ReadOnlyMixin:
    """May be looked at by those with the permission; never added, changed or deleted."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


class ReadOnlyAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """A list and pages to read."""

    show_full_result_count = False


class ReadOnlyInline(ReadOnlyMixin, admin.TabularInline):
    """Rows to read inside the page of another."""

    extra = 0
    can_delete = False
    show_change_link = True
