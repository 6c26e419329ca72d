"""A test browser: parses each page strictly, sends the protection token, shows a failed page."""

import re
from typing import Any

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

# A meta or link that html5lib, older than the living standard, does not know is no fault of ours.
_TOLERATED = frozenset({"unexpected-end-tag-treated-as"})


class PageClient(FlaskClient):
    """Flask's test client for whole pages."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send the request and check that an HTML answer is well-formed and has its landmarks.

        The answer is read to its end and closed, as a server does.
        """
        response = super().open(*args, **{"buffered": True, **kwargs})
        if response.mimetype == "text/html" and not response.is_streamed:
            check_page(response.text)
        return response

    def submit(self, url: str, data: dict[str, Any] | list[tuple[str, str]]) -> TestResponse:
        """Post a form as a browser would: with the protection token of this session."""
        pairs = list(data.items()) if isinstance(data, dict) else list(data)
        fields: dict[str, list[Any]] = {"csrf_token": [self.csrf_token()]}
        for name, value in pairs:
            fields.setdefault(name, []).extend(value if isinstance(value, list) else [value])
        return self.post(url, data=fields)

    def csrf_token(self) -> str:
        """Return a token that is valid in this browser's session."""
        with self.application.test_request_context():
            from flask import session as cookie  # noqa: PLC0415 - the proxy of this context
            from flask_wtf.csrf import generate_csrf  # noqa: PLC0415

            token = generate_csrf()
            raw = cookie["csrf_token"]
        with self.session_transaction() as held:
            if "csrf_token" not in held:
                held["csrf_token"] = raw
                return token
            raw = held["csrf_token"]
        with self.application.test_request_context():
            from flask import session as cookie  # noqa: PLC0415
            from flask_wtf.csrf import generate_csrf  # noqa: PLC0415

            cookie["csrf_token"] = raw
            return generate_csrf()


def check_page(text: str) -> None:
    """Raise AssertionError when the page (or fragment) is not well-formed HTML 5.

    The frame around `main` is the same on most pages: each shape of it is read once a process.
    """
    parser = html5lib.HTMLParser(strict=False)
    if text.lstrip().lower().startswith("<!doctype"):
        document = parser.parse(_without_known_frame(text))
        headings = document.findall(".//{http://www.w3.org/1999/xhtml}h1")
        assert len(headings) == 1, f"{len(headings)} h1 in:\n{text}"
    else:
        parser.parseFragment(text)
    faults = [
        (position, code, details)
        for position, code, details in parser.errors
        if code not in _TOLERATED
    ]
    assert not faults, f"{faults[:5]} in:\n{text}"


_known_frames: set[str] = set()
# What cannot make a frame ill-formed: plain text, and plain values between quotes.
_PLAIN = re.compile(r'(?<==")[^"&<>]*(?=")|(?<=>)[^<&]*(?=<)')


def _without_known_frame(text: str) -> str:
    """Return the page, or its `main` alone in a bare page where its frame was read before."""
    start, end = text.find("<main"), text.rfind("</main>") + len("</main>")
    if start < 0 or end <= start:
        return text
    frame = _PLAIN.sub("", text[:start] + text[end:])
    if frame in _known_frames:
        return f"<!doctype html><title>-</title>{text[start:end]}"
    _known_frames.add(frame)
    return text
