"""Addresses of the account: allauth's views under our paths, the profile, the language."""

from allauth.account import views as allauth
from django.urls import path, re_path

from accounts import forms, views

urlpatterns = [
    path(
        "account/login",
        allauth.LoginView.as_view(form_class=forms.LoginForm),
        name="account_login",
    ),
    path(
        "account/signup",
        allauth.SignupView.as_view(form_class=forms.SignupForm),
        name="account_signup",
    ),
    path("account/logout", allauth.logout, name="account_logout"),
    path("account/logout/everywhere", views.log_out_everywhere, name="log_out_everywhere"),
    path("account/inactive", allauth.account_inactive, name="account_inactive"),
    path(
        "account/reauthenticate",
        allauth.ReauthenticateView.as_view(form_class=forms.ReauthenticateForm),
        name="account_reauthenticate",
    ),
    path(
        "account/email",
        allauth.EmailView.as_view(form_class=forms.ChangeEmailForm),
        name="account_email",
    ),
    path(
        "account/email/sent",
        allauth.email_verification_sent,
        name="account_email_verification_sent",
    ),
    path("account/email/confirm/<str:key>", allauth.confirm_email, name="account_confirm_email"),
    path(
        "account/password/change",
        allauth.PasswordChangeView.as_view(form_class=forms.ChangePasswordForm),
        name="account_change_password",
    ),
    path(
        "account/password/set",
        allauth.PasswordSetView.as_view(form_class=forms.SetPasswordForm),
        name="account_set_password",
    ),
    path(
        "account/password/reset",
        allauth.PasswordResetView.as_view(form_class=forms.ResetPasswordForm),
        name="account_reset_password",
    ),
    path(
        "account/password/reset/sent",
        allauth.password_reset_done,
        name="account_reset_password_done",
    ),
    # The key holds hyphens itself: only an expression can tell where the user's part ends.
    re_path(
        r"^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)$",
        allauth.PasswordResetFromKeyView.as_view(form_class=forms.ResetPasswordKeyForm),
        name="account_reset_password_from_key",
    ),
    path(
        "account/password/reset/done",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("account/profile", views.save_profile, name="save_profile"),
    path("account/language", views.choose_language, name="set_language"),
]
