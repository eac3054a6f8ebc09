"""Addresses of articles and websites."""

from django.urls import path, re_path

from articles import editor_views, media, views

PICTURE = r"^media/pictures/(?P<folder>\w{2})/(?P<name>[0-9a-f]{32})\.(?P<extension>jpg|png)\Z"

urlpatterns = [
    re_path(PICTURE, media.picture, name="picture"),
    path("articles/change", views.change_articles, name="change-articles"),
    path("articles/undelete", views.undelete_articles, name="undelete-articles"),
    path("articles/<id:article_id>", editor_views.article_page, name="article"),
    path("articles/<id:article_id>.html", editor_views.html_file, name="article-html"),
    path("articles/<id:article_id>.md", editor_views.markdown_file, name="article-markdown"),
    path("articles/<id:article_id>/save", editor_views.save_article, name="save-article"),
    path("articles/<id:article_id>/versions", editor_views.versions_page, name="versions"),
    path(
        "articles/<id:article_id>/versions/<id:revision>/restore",
        editor_views.restore_version,
        name="restore-version",
    ),
    path("articles/<id:article_id>/delete", views.delete_article, name="delete-article"),
    path("websites", views.add_website, name="add-website"),
    path("websites/<id:website_id>", views.website_page, name="website"),
    path("websites/<id:website_id>/delete", views.delete_website, name="delete-website"),
]
