"""Each guard of the table in docs/security.md, how it is taken out, and the tests that must fail."""

from dataclasses import dataclass

SETTINGS = "batchwriter/settings.py"


@dataclass(frozen=True, slots=True)
class Guard:
    """``old`` becomes ``new`` in ``file``; ``what`` says in words what is open then.

    ``threat`` is its number in the table, ``test`` what must fail, below ``tests/security/test_``
    unless it begins with ``tests/``.
    """

    threat: int
    test: str
    file: str
    what: str
    old: str
    new: str = ""

    @property
    def asked(self) -> str:
        """The test's address."""
        return self.test if self.test.startswith("tests/") else f"tests/security/test_{self.test}"

    def applied(self, source: str) -> str:
        """``source`` without the guard. Raises ValueError where it is not found."""
        if self.old not in source:
            raise ValueError(f"{self.file}: no {self.old!r}")
        return source.replace(self.old, self.new, 1)


GUARDS = (
    Guard(1, "access.py::test_other_users_find_nothing", "articles/api.py", "another user's article is found",
          "Article.objects.of(request.user), pk=article_id", "Article.objects.live(), pk=article_id"),
    Guard(1, "access.py::test_strangers_reach_nothing", SETTINGS, "the API asks for no user",
          "rest_framework.permissions.IsAuthenticated", "rest_framework.permissions.AllowAny"),
    Guard(1, "access.py::test_other_users_find_nothing", "jobs/views.py", "another user's job is found on pages",
          "BatchJob.objects.of(request.user))\n    job: Any", "BatchJob.objects.all())\n    job: Any"),
    Guard(2, "mass_assignment.py", "batchwriter/rest.py", "unknown fields are taken",
          "            if unknown:", "            if False:"),
    Guard(2, "mass_assignment.py", "jobs/submission.py", "unknown settings are taken",
          "        if key not in DEFAULTS:", "        if False:"),
    Guard(3, "tokens.py::test_forged_tokens_open_nothing", SETTINGS, "tokens may be signed in another way",
          'SIMPLE_JWT = {', 'SIMPLE_JWT = {\n    "ALGORITHM": "HS512",'),
    Guard(4, "tokens.py::test_a_refresh_token_is_renewed_once_however_many_ask_at_once", "accounts/logins.py", "renewals do not lock their user",
          "User.objects.select_for_update().filter(pk=number)",
          "User.objects.filter(pk=number)"),
    Guard(4, "tests/api/test_tokens.py::test_it_renews_both_tokens_and_ends_the_old_one", SETTINGS, "the blacklist is not installed",
          '    "rest_framework_simplejwt.token_blacklist",\n'),
    Guard(5, "tokens.py", "accounts/logins.py", "a log-out everywhere spares tokens",
          "return bool(token.get(CLAIM, 0) == user.logouts)", "return True"),
    Guard(5, "tokens.py", "accounts/models.py", "a log-out everywhere spares sessions",
          "{held}{self.logouts or ''}", "{held}"),
    Guard(5, "tokens.py", "accounts/logins.py", "a new password spares refresh tokens",
          "if claim != get_md5_hash_password(user.password):", "if False:"),
    Guard(5, "tokens.py", "accounts/admin.py", "a deactivation spares log-ins",
          "            logins.end_all(obj)", "            pass"),
    Guard(6, "log_in.py::test_a_name_is_locked_whatever_addresses_guess", SETTINGS, "names are not counted by themselves",
          "LOGIN_FAILURES_PER_NAME = 10", "LOGIN_FAILURES_PER_NAME = 10**9"),
    Guard(6, "log_in.py::test_an_address_is_locked_whatever_names_it_tries", "accounts/guard.py", "addresses are not counted by themselves",
          'keys.append((f"login:address', '(lambda row: None)((f"login:address'),
    Guard(6, "log_in.py::test_a_name_is_locked_whatever_addresses_guess", "accounts/guard.py", "other letters are another name",
          "User.normalize_username(found.strip())", "found.strip()"),
    Guard(6, "log_in.py::test_the_address_is_what_our_own_proxies_saw", "batchwriter/proxies.py", "what a client says of its address is believed",
          "passed[-settings.TRUSTED_PROXIES]", "passed[0]"),
    Guard(6, "log_in.py::test_limits_of_mails_count_in_the_database", SETTINGS, "each process counts mails for itself",
          "django.core.cache.backends.db.DatabaseCache", "django.core.cache.backends.dummy.DummyCache"),
    Guard(7, "log_in.py::test_known_and_unknown_names_get_the_same_and_cost_the_same", "accounts/forms.py", "a known address is hashed twice",
          'if key != "email" or "username" not in given', ""),
    Guard(7, "log_in.py::test_a_sign_up_tells_strangers_nothing_where_addresses_are_confirmed", SETTINGS, "the sign-up tells whose address is known",
          "ACCOUNT_PREVENT_ENUMERATION = True", "ACCOUNT_PREVENT_ENUMERATION = False"),
    Guard(8, "access.py::test_forms_need_their_token", SETTINGS, "forms need no token",
          '    "django.middleware.csrf.CsrfViewMiddleware",\n'),
    Guard(9, "html_in_a_browser.py::test_a_picture_from_elsewhere_is_not_asked_for", SETTINGS, "pictures come from everywhere",
          '"img-src": [SELF, "data:",', '"img-src": [SELF, "data:", "https:",'),
    Guard(9, "tests/articles/test_html.py", "articles/writing/html.py", "nothing is cleaned",
          "    return body.strip()", "    return storable(html)"),
    Guard(10, "html_in_a_browser.py::test_no_keyword_title_name_or_address_runs_or_calls", "templates/articles/tab.html", "a title is HTML",
          "{{ article.title }}", "{{ article.title|safe }}"),
    Guard(11, "access.py::test_every_page_has_the_policy_and_no_code_of_its_own", SETTINGS, "no page has a policy", '    "csp.middleware.CSPMiddleware",\n'),
    Guard(12, "outputs.py::test_what_people_type_stays_data_between_marks", "articles/writing/prompts.py", "what people type is not fenced",
          'return f"<<<data {mark}\\n{data}\\n{mark} data>>>"', "return data"),
    Guard(12, "outputs.py::test_marks_are_new_for_every_call", "articles/writing/prompts.py", "the marks are always the same",
          "secrets.token_hex(4)", '"0" * 8'),
    Guard(13, "html_in_a_browser.py::test_links_in_articles_pass_nothing_on", "articles/writing/html.py", "links pass rank on",
          'link_rel="nofollow noopener noreferrer"', 'link_rel="noopener"'),
    Guard(14, "outputs.py::test_no_address_that_a_user_gives_is_ever_called", "articles/api.py", "addresses of any scheme are taken",
          'value.lower().startswith(("http://", "https://"))', 'True'),
    Guard(14, "outputs.py::test_no_address_that_a_user_gives_is_ever_called", "articles/views.py", "a website's page asks the website",
          '    context = {"tab": "websites", "website": website, "form": form}',
          "    import contextlib, socket\n    with contextlib.suppress(OSError):\n"
          '        socket.create_connection(("127.0.0.1", 9), 0.1)\n'
          '    context = {"tab": "websites", "website": website, "form": form}'),
    Guard(15, "tests/articles/providers/test_redact.py", "articles/providers/redact.py",
          "what a provider says is told as it is",
          'return SECRET.sub("[secret]", " ".join(html.storable(text).split()))[:MOST]',
          "return text"),
    Guard(15, "tokens.py::test_no_token_stands_in_the_database", "accounts/apps.py", "refresh tokens stand in the database",
          '    instance.token = ""', "    pass"),
    Guard(15, "secrets.py::test_every_secret_may_stand_in_a_file", "batchwriter/env.py", "secrets cannot stand in files",
          '(_content(name, file) if file else "")', '""'),
    Guard(16, "secrets.py::test_what_a_client_sends_makes_one_line_of_the_log", "batchwriter/logs.py", "what clients send begins lines of the log",
          "    on_one_line,\n"),
    Guard(17, "operators.py", "accounts/admin.py", "operators raise themselves",
          "return fixed if _superuser(request) else (*fixed, *RIGHTS)", "return fixed"),
    Guard(17, "operators.py", "accounts/admin.py", "a superuser's password is anybody's to set",
          "if obj is not None and obj.is_superuser and not _superuser(request):", "if False:"),
    Guard(17, "operators.py", "accounts/admin.py", "support grants tokens",
          'if not request.user.has_perm("accounts.add_tokenentry"):', "if False:"),
    Guard(17, "operators.py", "jobs/admin.py", "nobody knows who did it and why",
          "self.log_change(request, changed, _said(request, act.__name__))", "_said(request, changed.status)"),
    Guard(18, "outputs.py::test_no_cell_of_an_export_is_a_formula", "articles/api.py",
          "an export as it comes",
          "return Response(ArticleDetail(self._article(request, article_id)).data)",
          "from django.http import HttpResponse\n        return HttpResponse("
          'self._article(request, article_id).title, content_type="text/csv")'),
    Guard(19, "growth.py::test_nothing_grows_faster_than_its_input", "articles/writing/html.py", "a heading's end is looked for everywhere",
          r"h1\b[^<>]*>", r"h1\b[^>]*>"),
    Guard(20, "caps.py::test_a_huge_body_is_refused_unread", SETTINGS, "any body is read",
          '    "batchwriter.middleware.BodyLimitMiddleware",\n'),
    Guard(21, "growth.py::test_deep_broken_and_unstorable_bodies_are_no_fault_of_ours", "batchwriter/rest.py", "deep JSON is a fault of ours",
          "except (ValueError, RecursionError) as error:", "except ValueError as error:"),
    Guard(22, "growth.py::test_deep_broken_and_unstorable_bodies_are_no_fault_of_ours", "jobs/submission.py", "half a character is taken for a keyword",
          r"[\x00\ud800-\udfff]", r"[\x00]"),
    Guard(23, "outputs.py::test_names_that_look_alike_are_one_user_and_others_are_two", "accounts/adapter.py", "wide letters make another user",
          "User.normalize_username(username), shallow", "username, shallow"),
    Guard(23, "outputs.py::test_keywords_that_differ_stay_and_repeats_go", "jobs/submission.py", "repeats are written twice",
          "        same = keyword.casefold()", "        same = part"),
    Guard(24, "outputs.py::test_any_title_gives_a_slug_of_its_own", "articles/store.py", "a title without letters has no slug",
          'slugs.free(f"bai-viet-{article}")', '""'),
    Guard(25, "outputs.py::test_numbers_that_no_row_has_are_not_found", "batchwriter/converters.py", "numbers beyond any row reach the database",
          "if number >= 2**63:", "if False:"),
    Guard(26, "caps.py::test_twenty_posts_at_once_with_room_for_one_make_one", "jobs/lifecycle.py", "two jobs may take the same room",
          "owner = ledger.lock(user.pk)", "owner = User.objects.get(pk=user.pk)"),
    Guard(27, "caps.py::test_a_day_has_so_many_articles_and_no_more", "jobs/caps.py", "a day has no end",
          "    if articles > left:", "    if False:"),
    Guard(28, "tests/api/test_jobs.py::test_it_makes_one_job_for_one_key", "jobs/lifecycle.py",
          "a key stands for any body", "if job.request_hash != request_hash:", "if False:"),
    Guard(29, "configuration.py::test_production_is_closed_by_default", SETTINGS, "plain HTTP is served",
          'HTTPS_ONLY = env.switch("HTTPS_ONLY", default=not DEBUG)',
          'HTTPS_ONLY = env.switch("HTTPS_ONLY", default=DEBUG)'),
    Guard(30, "configuration.py::test_every_package_is_pinned_with_hashes", "scripts/setup.sh", "packages are installed without their hashes",
          "--require-hashes ", ""),
)  # fmt: skip
