"""The forms about oneself: allauth's with our labels, and the profile."""

from typing import Any
from zoneinfo import available_timezones

from allauth.account import forms as allauth
from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import Theme, User

# allauth says these itself and has no Vietnamese catalogue: they are translated in ours.
ALLAUTH_SENTENCES = (
    gettext_noop("You must type the same password each time."),
    gettext_noop("Forgot your password?"),
)


class _Labelled(forms.Form):
    """Gives fields our labels, and takes the placeholders away that repeat them."""

    labels: dict[str, Any] = {
        "login": _("Username or e-mail address"),
        "username": _("Username"),
        "email": _("E-mail address"),
        "password": _("Password"),
        "password1": _("Password"),
        "password2": _("Password again"),
        "oldpassword": _("Current password"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)


class _NewPassword(_Labelled):
    labels = {
        **_Labelled.labels,
        "password1": _("New password"),
        "password2": _("New password again"),
    }


class LoginForm(_Labelled, allauth.LoginForm):
    """Log in by username or e-mail address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"

    def user_credentials(self) -> dict[str, Any]:
        """What was typed, once: as name *and* address, a known address took twice as long."""
        given: dict[str, Any] = super().user_credentials()
        return {key: given[key] for key in given if key != "email" or "username" not in given}


class SignupForm(_Labelled, allauth.SignupForm):
    """Make an account."""


class ResetPasswordForm(_Labelled, allauth.ResetPasswordForm):
    """Ask for a link to set a new password."""


class ResetPasswordKeyForm(_NewPassword, allauth.ResetPasswordKeyForm):
    """Set a new password with such a link."""


class ChangePasswordForm(_NewPassword, allauth.ChangePasswordForm):
    """Change the password one knows."""


class SetPasswordForm(_NewPassword, allauth.SetPasswordForm):
    """Set a password where there is none."""


class ReauthenticateForm(_Labelled, allauth.ReauthenticateForm):
    """Type the password once more."""


class ChangeEmailForm(_Labelled, allauth.AddEmailForm):
    """Change the e-mail address; the new one counts once it is confirmed."""

    labels = {**_Labelled.labels, "email": _("New e-mail address")}

    def save(self, request: HttpRequest) -> EmailAddress:
        """Send the link to the new address.

        allauth takes any unconfirmed address for the wish that this one replaces, and would
        delete the present one where it was never confirmed.
        """
        mine = EmailAddress.objects.filter(user=self.user)
        mine.filter(verified=False).exclude(email__iexact=self.user.email).delete()
        address = EmailAddress.objects.create(user=self.user, email=self.cleaned_data["email"])
        address.send_confirmation(request)
        return address


def _time_zones() -> list[tuple[str, Any]]:
    """All zones that the machine knows by the name of a place."""
    places = sorted(name for name in available_timezones() if "/" in name)
    return [("", _("As the device says")), *((name, name) for name in places)]


class ProfileForm(forms.Form):
    """How a user is called, and how pages are shown to them."""

    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        label=_("Language of the pages"),
        choices=[("", _("As the browser asks")), *settings.LANGUAGES],
        required=False,
    )
    timeZone = forms.ChoiceField(label=_("Time zone"), choices=_time_zones, required=False)
    theme = forms.ChoiceField(
        label=_("Theme"), choices=[("", _("As the device says")), *Theme.choices], required=False
    )

    def __init__(self, user: User, data: Any = None) -> None:
        shown = {"name": user.first_name, "language": user.language,
                 "timeZone": user.time_zone, "theme": user.theme}  # fmt: skip
        super().__init__(data, initial=shown)
        self.user = user

    def save(self) -> None:
        """Write these columns alone; the balances beside them are the ledger's."""
        self.user.first_name = self.cleaned_data["name"]
        self.user.language = self.cleaned_data["language"]
        self.user.time_zone = self.cleaned_data["timeZone"]
        self.user.theme = self.cleaned_data["theme"]
        self.user.save(update_fields=["first_name", "language", "time_zone", "theme"])
