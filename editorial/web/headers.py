"""Security headers on every answer."""

from flask import Response, current_app, g, request

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "manifest-src 'self'"
)
DOCUMENT_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"
"""For rendered drafts and mails: no script, no form, no network; shown in a frame of ours."""


def protect(response: Response) -> Response:
    """Add what a browser needs to know. A view that shows a foreign document has set its own policy."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
    if "frame-ancestors 'self'" not in headers["Content-Security-Policy"]:
        headers.setdefault("X-Frame-Options", "DENY")
    if current_app.config["SESSION_COOKIE_SECURE"]:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "assets.file" and "Cache-Control" not in headers:
        headers["Cache-Control"] = "private, no-cache"
    if response.mimetype == "text/html" and "catalog" in g:
        headers.setdefault("Content-Language", g.catalog.tag)
        headers.add("Vary", "Cookie, Accept-Language")
    return response


def as_document(body: str) -> Response:
    """A foreign or rendered HTML document, boxed in."""
    return Response(body, mimetype="text/html", headers={"Content-Security-Policy": DOCUMENT_POLICY})
