"""Addresses of jobs."""

from django.urls import path

from jobs import dialog_views, views

urlpatterns = [
    path("jobs", dialog_views.create, name="create-job"),
    path("jobs/form", dialog_views.change, name="change-job"),
    path("jobs/estimate", dialog_views.estimate, name="estimate-job"),
    path("jobs/live", views.live, name="live-jobs"),
    path("jobs/<id:job_id>", views.job_page, name="job"),
    path("jobs/<id:job_id>/live", views.live_job, name="live-job"),
    path("jobs/<id:job_id>/<slug:action>", views.act, name="job-action"),
]
