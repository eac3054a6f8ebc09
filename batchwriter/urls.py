"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path, re_path

from accounts import views as accounts_views
from accounts.api import LogOutApi, MeApi, RefreshApi, TokenApi
from articles import views as articles_views
from articles.api import ArticleApi, ArticlesApi, ModelsApi, WebsiteApi, WebsitesApi
from batchwriter import converters, csp_report, health, pages
from batchwriter.docs import DocsApi, SchemaApi
from jobs import api as jobs_api
from jobs import audit_views
from jobs import views as jobs_views

converters.register()

TABS = {
    "batch-jobs": jobs_views.jobs_tab,
    "articles": articles_views.articles_tab,
    "websites": articles_views.websites_tab,
    "profile": accounts_views.profile_tab,
}

api = [
    path("auth/token", TokenApi.as_view(), name="api-token"),
    path("auth/token/refresh", RefreshApi.as_view(), name="api-token-refresh"),
    path("auth/logout", LogOutApi.as_view(), name="api-logout"),
    path("me", MeApi.as_view(), name="api-me"),
    path("models", ModelsApi.as_view(), name="api-models"),
    path("batch-jobs", jobs_api.JobsApi.as_view(), name="api-jobs"),
    path("batch-jobs/estimate", jobs_api.EstimateApi.as_view(), name="api-estimate"),
    path("batch-jobs/<id:job_id>", jobs_api.JobApi.as_view(), name="api-job"),
    path("batch-jobs/<id:job_id>/items", jobs_api.ItemsApi.as_view(), name="api-items"),
    path("batch-jobs/<id:job_id>/pause", jobs_api.PauseApi.as_view(), name="api-pause"),
    path("batch-jobs/<id:job_id>/resume", jobs_api.ResumeApi.as_view(), name="api-resume"),
    path("batch-jobs/<id:job_id>/cancel", jobs_api.CancelApi.as_view(), name="api-cancel"),
    path("batch-jobs/<id:job_id>/retry", jobs_api.RetryApi.as_view(), name="api-retry"),
    path(
        "batch-jobs/<id:job_id>/items/<int:position>/retry",
        jobs_api.RetryItemApi.as_view(),
        name="api-retry-item",
    ),
    path("articles", ArticlesApi.as_view(), name="api-articles"),
    path("articles/<id:article_id>", ArticleApi.as_view(), name="api-article"),
    path("websites", WebsitesApi.as_view(), name="api-websites"),
    path("websites/<id:website_id>", WebsiteApi.as_view(), name="api-website"),
    path("schema", SchemaApi.as_view(), name="api-schema"),
    path("docs", DocsApi.as_view(url_name="api-schema"), name="api-docs"),
    re_path(r"^.*$", pages.unknown_api_path),
]

urlpatterns = [
    path("", pages.landing, name="landing"),
    path("account", pages.tabs(TABS), name="account"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("csp-report", csp_report.report, name="csp-report"),
    path("api/", include(api)),
    path("admin/audit/", audit_views.audit_page, name="admin-audit"),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("articles.urls")),
    path("", include("jobs.urls")),
]

handler400 = "batchwriter.pages.bad_request"
handler403 = "batchwriter.pages.forbidden"
handler404 = "batchwriter.pages.not_found"
handler500 = "batchwriter.pages.server_error"
