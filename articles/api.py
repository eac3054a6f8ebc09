"""Articles, websites and the models on offer over the API."""

from typing import Any

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from articles import store
from articles.models import LONG_COLUMNS, Article, Website, WritingModel
from articles.serializers import PictureSerializer, SourceSerializer
from batchwriter.errors import InvalidInput
from batchwriter.ids import LARGEST, id_of
from batchwriter.rest import StrictSerializer, choice, user_of
from batchwriter.schema import READ, WRITE, errors

SEARCH_LENGTH = 200


class ModelSerializer(serializers.ModelSerializer):
    """A model on offer."""

    id = serializers.CharField(source="code")
    available = serializers.BooleanField()
    retiresOn = serializers.DateField(source="retires_on", allow_null=True)
    replacement = serializers.CharField(source="replacement.code", default=None, allow_null=True)

    class Meta:
        model = WritingModel
        fields = ("id", "label", "provider", "model", "available", "retiresOn", "replacement")


class ModelsApi(APIView):
    """The models on offer."""

    @extend_schema(responses={200: ModelSerializer(many=True), **errors(401, 429)})
    def get(self, request: Request) -> Response:
        """All models on offer, in their order; those without a key are not available."""
        offered = WritingModel.objects.offered().select_related("replacement")
        return Response(ModelSerializer(offered, many=True).data)


class IssueSerializer(serializers.Serializer):
    """Something about an article that a person should look at."""

    code = serializers.CharField()
    message = serializers.CharField()


class ArticleRow(serializers.ModelSerializer):
    """An article in a list."""

    jobId = serializers.IntegerField(source="job_id", allow_null=True)
    websiteId = serializers.IntegerField(source="website_id", allow_null=True)
    metaTitle = serializers.CharField(source="meta_title")
    metaDescription = serializers.CharField(source="meta_description")
    wordCount = serializers.IntegerField(source="word_count")
    tokensUsed = serializers.IntegerField(source="tokens_used")
    needsReview = serializers.BooleanField(source="needs_review")
    issues = IssueSerializer(many=True)
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")

    class Meta:
        model = Article
        fields = ("id", "revision", "jobId", "keyword", "websiteId", "title", "slug", "metaTitle",
                  "metaDescription", "status", "model", "wordCount", "tokensUsed", "needsReview",
                  "issues", "createdAt", "updatedAt")  # fmt: skip


class ArticleDetail(ArticleRow):
    """An article with its text, its sources and its pictures."""

    sources = SourceSerializer(many=True, source="kept_sources")
    images = PictureSerializer(many=True, source="kept_images")

    class Meta(ArticleRow.Meta):
        fields = (*ArticleRow.Meta.fields, "content", "outline", "sources", "images")  # type: ignore[assignment]


class ArticleChange(StrictSerializer):
    """What may be changed; limits of length are told by name."""

    title = serializers.CharField(required=False, max_length=200)
    slug = serializers.CharField(required=False, max_length=100)
    metaTitle = serializers.CharField(
        source="meta_title", required=False, allow_blank=True, max_length=60
    )
    metaDescription = serializers.CharField(
        source="meta_description", required=False, allow_blank=True, max_length=160
    )
    content = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    status = serializers.ChoiceField(required=False, choices=Article.Status.choices)
    websiteId = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=LARGEST
    )


NAMES = {"meta_title": "metaTitle", "meta_description": "metaDescription", "website": "websiteId"}


class ArticlesApi(ListAPIView):
    """The user's articles."""

    serializer_class = ArticleRow
    queryset = Article.objects.none()

    def get_queryset(self) -> QuerySet[Article]:
        """The articles that the filters leave, newest first, without their texts."""
        query = self.request.query_params
        found = Article.objects.of(self.request.user).defer(*LONG_COLUMNS)
        wanted = choice(self.request, "status", Article.Status.values)
        if wanted:
            found = found.filter(status=wanted)
        marked = choice(self.request, "needsReview", ["true", "false"])
        if marked:
            found = found.filter(needs_review=marked == "true")
        if "job" in query:
            found = found.filter(job_id=_identifier(query["job"], "job"))
        search = query.get("search", "").strip()
        if "\x00" in search or len(search) > SEARCH_LENGTH:
            raise InvalidInput(
                {"search": [_("Give at most %(most)d characters.") % {"most": SEARCH_LENGTH}]}
            )
        if search:
            found = found.filter(Q(title__icontains=search) | Q(keyword__icontains=search))
        return found

    @extend_schema(
        parameters=[
            OpenApiParameter("job", OpenApiTypes.INT64, description="Id of a batch job."),
            OpenApiParameter("status", OpenApiTypes.STR, enum=Article.Status.values),
            OpenApiParameter("needsReview", OpenApiTypes.BOOL, description="Marked by a review."),
            OpenApiParameter("search", OpenApiTypes.STR, description="In title and keyword."),
        ],
        responses={200: ArticleRow(many=True), **READ},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of articles, newest first."""
        return super().get(request, *args, **kwargs)


def _identifier(text: str, name: str) -> int:
    number = id_of(text)
    if not number:
        raise InvalidInput({name: [_("Must be the id of a batch job.")]})
    return number


class ArticleApi(APIView):
    """One article."""

    def _article(self, request: Request, article_id: int) -> Article:
        return get_object_or_404(Article.objects.of(request.user), pk=article_id)

    @extend_schema(responses={200: ArticleDetail, **READ})
    def get(self, request: Request, article_id: int) -> Response:
        """The article with its text; its ETag can be sent as If-Match with a change."""
        return _detail(self._article(request, article_id))

    @extend_schema(
        request=ArticleChange,
        parameters=[
            OpenApiParameter(
                "If-Match",
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description="An ETag: change the article only if it is still that one.",
            )
        ],
        responses={200: ArticleDetail, **WRITE, **errors(412)},
    )
    def patch(self, request: Request, article_id: int) -> Response:
        """Change some of its fields; the text is cleaned, what was there is kept as a version."""
        article = self._article(request, article_id)
        expected = _expected(request, article)
        change = ArticleChange(data=request.data)
        change.is_valid(raise_exception=True)
        values = dict(change.validated_data)
        if "websiteId" in values:
            values["website"] = _website(request, values.pop("websiteId"))
        try:
            store.edit(article, source=Article.Source.API, expected=expected, **values)
        except InvalidInput as error:
            raise InvalidInput(
                {NAMES.get(name, name): texts for name, texts in error.fields.items()}
            ) from error
        return _detail(article)

    @extend_schema(responses={204: None, **WRITE})
    def delete(self, request: Request, article_id: int) -> Response:
        """Delete the article."""
        store.delete(self._article(request, article_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _detail(article: Article) -> Response:
    return Response(ArticleDetail(article).data, headers={"ETag": _etag(article)})


def _etag(article: Article) -> str:
    """Another one after each change; deleting a website changes its articles too."""
    return f'"{article.pk}-{article.revision}-{article.website_id or 0}"'


def _expected(request: Request, article: Article) -> int | None:
    """The revision that If-Match names, None where it names none. Raises Stale for another one.

    A compressed answer has a weak tag, made of ours: it is taken for what it was made of.
    """
    header = request.headers.get("If-Match")
    if header is None:
        return None
    tags = [tag.removeprefix("W/") for tag in parse_etags(header)]
    if "*" not in tags and _etag(article) not in tags:
        raise store.Stale(article)
    return None if "*" in tags else article.revision


def _website(request: Request, website_id: int | None) -> Website | None:
    if website_id is None:
        return None
    website = Website.objects.filter(user=user_of(request), pk=website_id).first()
    if website is None:
        raise InvalidInput({"websiteId": [_("You have no website with this id.")]})
    return website


class WebsiteSerializer(StrictSerializer):
    """A site of the user's."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=100)
    url = serializers.URLField(max_length=255)

    def validate_url(self, value: str) -> str:
        """Only addresses of web pages."""
        if not value.lower().startswith(("http://", "https://")):
            raise serializers.ValidationError(_("Must begin with http:// or https://."))
        return value


class WebsitesApi(ListAPIView):
    """The user's websites."""

    serializer_class = WebsiteSerializer
    queryset = Website.objects.none()

    def get_queryset(self) -> QuerySet[Website]:
        """In the order of their names."""
        return Website.objects.filter(user=user_of(self.request))

    @extend_schema(responses={200: WebsiteSerializer(many=True), **READ})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of websites."""
        return super().get(request, *args, **kwargs)

    @extend_schema(request=WebsiteSerializer, responses={201: WebsiteSerializer, **WRITE})
    def post(self, request: Request) -> Response:
        """Add a website."""
        data = WebsiteSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        website = Website.objects.create(user=user_of(request), **data.validated_data)
        return Response(WebsiteSerializer(website).data, status=status.HTTP_201_CREATED)


class WebsiteApi(APIView):
    """One website."""

    def _website(self, request: Request, website_id: int) -> Website:
        return get_object_or_404(Website, user=user_of(request), pk=website_id)

    @extend_schema(responses={200: WebsiteSerializer, **READ})
    def get(self, request: Request, website_id: int) -> Response:
        """The website."""
        return Response(WebsiteSerializer(self._website(request, website_id)).data)

    @extend_schema(request=WebsiteSerializer, responses={200: WebsiteSerializer, **WRITE})
    def patch(self, request: Request, website_id: int) -> Response:
        """Change its name or address."""
        website = self._website(request, website_id)
        data = WebsiteSerializer(data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        for name, value in data.validated_data.items():
            setattr(website, name, value)
        if data.validated_data:
            website.save(update_fields=list(data.validated_data))
        return Response(WebsiteSerializer(website).data)

    @extend_schema(responses={204: None, **WRITE})
    def delete(self, request: Request, website_id: int) -> Response:
        """Delete the website; its articles stay."""
        self._website(request, website_id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)
