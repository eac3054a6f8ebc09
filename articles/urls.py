"""Addresses of articles and websites."""

from django.urls import path

from articles import views

urlpatterns = [
    path("articles/<id:article_id>", views.article_page, name="article"),
    path("articles/<id:article_id>/delete", views.delete_article, name="delete-article"),
    path("websites", views.add_website, name="add-website"),
    path("websites/<id:website_id>", views.website_page, name="website"),
    path("websites/<id:website_id>/delete", views.delete_website, name="delete-website"),
]
