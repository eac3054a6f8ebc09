"""What the API shows of what an article was made from."""

from rest_framework import serializers


class SourceSerializer(serializers.Serializer):
    """A page that a search found, and that the article was written from."""

    title = serializers.CharField()
    url = serializers.CharField()
    snippet = serializers.CharField()
    date = serializers.CharField()
    query = serializers.CharField()
    backend = serializers.CharField()


class PictureSerializer(serializers.Serializer):
    """A picture in the text; texts are empty where a picture has no maker or licence."""

    url = serializers.CharField()
    alt = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    backend = serializers.CharField()
    service = serializers.CharField(source="source")
    page = serializers.CharField()
    title = serializers.CharField()
    creator = serializers.CharField()
    creatorUrl = serializers.CharField(source="creator_url")
    licence = serializers.CharField()
    licenceUrl = serializers.CharField(source="licence_url")
