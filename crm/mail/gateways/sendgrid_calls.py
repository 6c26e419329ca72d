"""One call to SendGrid by its library's client, which also tells whether the request left whole."""

import http.client
from typing import Any
from urllib.request import (
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    ProxyHandler,
    Request,
    build_opener,
)

from python_http_client.client import Client


class TracedClient(Client):
    """The library's client for one call; `has_left` once the request was handed over whole."""

    def __init__(self, *, is_elsewhere: bool, **options: Any) -> None:
        super().__init__(**options)
        self.has_left = False
        self._is_elsewhere = is_elsewhere

    def _make_request(self, _opener: object, request: Request, timeout: Any = None) -> Any:
        """Open the request with connections that say when it has left."""
        handlers = [_PlainHandler(self), _TlsHandler(self), _NoRedirect()]
        if not self._is_elsewhere:
            handlers.append(ProxyHandler({}))
        return super()._make_request(build_opener(*handlers), request, timeout)


class _Tracing:
    """A connection that marks its client when the request has been written whole."""

    client: TracedClient

    def request(self, *of: Any, **more: Any) -> None:
        """Write the request."""
        super().request(*of, **more)  # type: ignore[misc]
        self.client.has_left = True


class _PlainHandler(HTTPHandler):
    def __init__(self, client: TracedClient) -> None:
        super().__init__()
        self._client = client

    def http_open(self, req: Request) -> http.client.HTTPResponse:
        connection: Any = type(
            "_Plain", (_Tracing, http.client.HTTPConnection), {"client": self._client}
        )
        return self.do_open(connection, req)


class _TlsHandler(HTTPSHandler):
    def __init__(self, client: TracedClient) -> None:
        super().__init__()
        self._client = client

    def https_open(self, req: Request) -> http.client.HTTPResponse:
        connection: Any = type(
            "_Tls", (_Tracing, http.client.HTTPSConnection), {"client": self._client}
        )
        return self.do_open(connection, req)


class _NoRedirect(HTTPRedirectHandler):
    """SendGrid sends nobody elsewhere: a message must not follow who does."""

    def redirect_request(self, *_of: Any, **_more: Any) -> None:
        """Follow nothing."""
