"""The OpenAPI document, and a page to try it that loads nothing from elsewhere."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny


class SchemaApi(SpectacularAPIView):
    """The OpenAPI document."""

    permission_classes = [AllowAny]
    authentication_classes: list = []
    throttle_classes: list = []


class DocsApi(SpectacularSwaggerSplitView):
    """A page to read and try the API; its script has an address of its own for the policy."""

    permission_classes = [AllowAny]
    authentication_classes: list = []
    throttle_classes: list = []
