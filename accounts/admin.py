"""Users and their ledger for operators. Balances move through the ledger alone."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import ledger, logins
from accounts.models import TokenEntry, User
from batchwriter import database
from batchwriter.errors import InvalidInput
from batchwriter.readonly_admin import ReadOnlyAdmin
from batchwriter.rest import user_of

BALANCE_FIELDS = ("tokens_remaining", "tokens_held", "article_limit", "articles_held")


# What lets somebody operate the site.
RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


def _superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


class GrantForm(forms.Form):
    """Tokens and articles to give, and why."""

    tokens = forms.IntegerField(
        label=gettext_lazy("Tokens"), min_value=0, max_value=ledger.LARGEST_AMOUNT, initial=0
    )
    articles = forms.IntegerField(
        label=gettext_lazy("Articles"), min_value=0, max_value=10**9, initial=0
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=255)

    def clean(self) -> dict[str, Any]:
        """Something must be given."""
        values = super().clean() or {}
        if not values.get("tokens") and not values.get("articles"):
            raise forms.ValidationError(_("Grant at least one token or one article."))
        return values


@admin.register(User)
class BalanceUserAdmin(UserAdmin):
    """Django's user pages, with balances to read and a page to grant."""

    list_display = ("username", "email", "tokens_remaining", "tokens_held", "article_limit",
                    "is_active", "is_staff", "date_joined")  # fmt: skip
    ordering = ("-date_joined",)
    readonly_fields = BALANCE_FIELDS
    change_form_template = "admin/user_change_form.html"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Django's, and the balance of a user that is there."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        return [*fieldsets, (_("Balance"), {"fields": (*BALANCE_FIELDS, "language")})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Rights are given by superusers alone: nobody else raises themselves."""
        fixed = super().get_readonly_fields(request, obj)
        return fixed if _superuser(request) else (*fixed, *RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A superuser, and their password, are changed by superusers alone."""
        if obj is not None and obj.is_superuser and not _superuser(request):
            return False
        return super().has_change_permission(request, obj)

    def get_urls(self) -> list[URLPattern]:
        """The page to grant besides Django's own."""
        grant = path(
            "<int:user_id>/grant", self.admin_site.admin_view(self.grant), name="grant-tokens"
        )
        return [grant, *super().get_urls()]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Users are deactivated: their ledger stays."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save; whoever is deactivated comes back with a new log-in alone."""
        super().save_model(request, obj, form, change)
        if change and not obj.is_active and "is_active" in form.changed_data:
            logins.end_all(obj)

    def grant(self, request: HttpRequest, user_id: int) -> HttpResponse:
        """Grant tokens and articles with a reason, through the ledger."""
        if not request.user.has_perm("accounts.add_tokenentry"):
            raise PermissionDenied
        user = get_object_or_404(User, pk=user_id)
        form = GrantForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                self._grant(request, user, form.cleaned_data)
            except InvalidInput as error:
                form.add_error(None, error.message)
            else:
                messages.success(request, _("Granted to %(user)s.") % {"user": user.username})
                return redirect(reverse("admin:accounts_user_change", args=[user.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Grant tokens to %(user)s") % {"user": user.username},
            "form": form,
            "opts": self.model._meta,
            "original": user,
        }
        return render(request, "admin/grant.html", context)

    def _grant(self, request: HttpRequest, user: User, values: dict[str, Any]) -> None:
        def give() -> None:
            if values["tokens"]:
                actor = user_of(request)
                ledger.grant(user, values["tokens"], note=values["reason"], by=actor)
            if values["articles"]:
                ledger.grant_articles(user, values["articles"])
            self.log_change(request, user, f"{values['reason']}: {values}")

        database.in_transaction(give)


@admin.register(TokenEntry)
class TokenEntryAdmin(ReadOnlyAdmin):
    """The ledger, to read."""

    list_display = ("created_at", "user", "kind", "amount", "item_id", "note", "actor")
    list_filter = ("kind",)
    search_fields = ("user__username", "key", "note")
    list_select_related = ("user", "actor")
    date_hierarchy = "created_at"
