"""A site whose server does what it can to stop a crawl, and thirty sound pages among it.

`plant` puts it on a `Web`; sizes are given, so that the quick tests and the long run share it.
"""

import base64
import gzip
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler

from tests.integration.audit.conftest import Answer, Web, links, page

HTML = {"Content-Type": "text/html; charset=utf-8"}
SOUND = 30
HOST = "shop.example"  # bent to loopback; its www twin to an address inside the network
INSIDE = "127.0.0.2"
BROTLI_BOMB = base64.b64decode(  # 60 MB of spaces after a title, packed into 78 bytes
    "z///f/iNk+V+l6L2aXuDkyBCYl2IMOB8phHAQIWGmJTy9095/z/g//8//BIAcVgAoHv/z///f/glAOKwCED3/j9JAIDxSwDEYQHA9/0v"
)

Act = Callable[[BaseHTTPRequestHandler], None]


def raw(*chunks: bytes, times: int = 1, pause: float = 0.0) -> Act:
    """Send the first chunk once and the others again and again, then hang up."""
    waiting = threading.Event()

    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        with suppress(OSError):
            handler.wfile.write(chunks[0])
            for _ in range(times):
                for chunk in chunks[1:]:
                    handler.wfile.write(chunk)
                    if pause:
                        handler.wfile.flush()
                        waiting.wait(pause)

    return act


def head(*lines: str, status: str = "200 OK") -> bytes:
    """The head of an answer."""
    return "\r\n".join([f"HTTP/1.1 {status}", "Content-Type: text/html", *lines, "", ""]).encode()


def packed(body: bytes, encoding: str, times: int = 1) -> Answer:
    for _ in range(times):
        body = gzip.compress(body, 6, mtime=0) if encoding == "gzip" else body
    return Answer(body, headers={**HTML, "Content-Encoding": ", ".join([encoding] * times)})


def wordless(size: int) -> bytes:
    """So many bytes of a page."""
    return b"<!doctype html><title>A bomb</title><p>" + b" " * size


def no_answers(size: int) -> dict[str, Answer]:
    """Answers that are none; nothing can be said of what stands there."""
    slow = {"times": 10_000, "pause": 0.05}
    return {
        "/loris-head": Answer(act=raw(b"HTTP/1.1 200 OK\r\n", b"X", **slow)),  # type: ignore[arg-type]
        "/loris-body": Answer(act=raw(head("Content-Length: 100000"), b"<", **slow)),  # type: ignore[arg-type]
        "/headers": Answer(act=raw(b"HTTP/1.1 200 OK\r\n", b"X-Flood: " + b"y" * 900 + b"\r\n", times=size // 900)),
        "/hangs-up": Answer(act=raw(head("Content-Length: 100000"), b"<p>half")),
        "/no-http": Answer(act=raw(b"\x16\x03\x01\x02\x00" * 100)),
        "/http-0.9": Answer(act=raw(b"<!doctype html><title>Old</title>")),
        "/plain-as-gzip": Answer(b"<p>plain", headers={**HTML, "Content-Encoding": "gzip"}),
        "/zstd": Answer(b"(\xb5/\xfd", headers={**HTML, "Content-Encoding": "zstd"}),
        "/bad-chunks": Answer(act=raw(head("Transfer-Encoding: chunked"), b"ZZZ\r\n<p>")),
        "/often-packed": packed(b"<p>", "gzip", times=12),
        "/inside": Answer(status=302, headers={"Location": f"http://www.{HOST}:PORT/secret"}),
    }


def cut_short(size: int) -> dict[str, Answer]:
    """Pages longer than anybody reads: rules about what stands in them cannot say anything."""
    block = b"<p>More.</p>" * 5000
    chunk = b"%x\r\n%s\r\n" % (len(block), block)
    return {
        "/large": Answer(act=raw(head(f"Content-Length: {size}"), block, times=size // len(block) + 1)),
        "/endless": Answer(act=raw(head("Transfer-Encoding: chunked"), chunk, times=20 * size // len(block))),
        "/bomb": packed(wordless(size), "gzip"),
        "/bomb-in-bomb": packed(wordless(size), "gzip", times=2),
        "/bomb-brotli": Answer(BROTLI_BOMB, headers={**HTML, "Content-Encoding": "br"}),
    }


def odd_pages(size: int) -> dict[str, Answer]:
    """Pages that a parser must survive. Their own defects are theirs."""
    many = size // 10
    html = {
        "/deep": b"<div>" * 100_000 + b"deep",
        "/attributes": b"<p " + b" ".join(b"a%d=b" % place for place in range(100_000)) + b">",
        "/formatting": b"<p><b><i>" * (many // 9),
        "/tables": b"<table><tr><td>" * 5_000,
        "/forms": b"<form><input>" * (many // 13),
        "/selects": b"<select><option>" * (many // 16),
        "/unclosed": b"<a href=/x>" * (many // 11),
        "/comment": b"<!--" + b"-" * many,
        "/cdata": b"<svg><![CDATA[" + b"]" * many,
        "/script": b"<script>" + b"<!--<script>" * (many // 12),
        "/entities": b"&amp&lt&#x110000;&#0;&notit;" * (many // 28),
        "/malformed": b"<html><head><title>x<body><table><form><<<p a='\"><li></table></b></p><title>y</title>\0\0<",
        "/zeros": bytes(10_000),
        "/noise": bytes((place * 7919 + place // 251) % 256 for place in range(50_000)),
        "/labels": b"<label>" * (many // 7),
        "/json": b'<script type="application/ld+json">' + b"[" * 100_000 + b"</script>",
    }
    wrong = {
        "/cut-gzip": Answer(gzip.compress(b"<p>" * 9999)[:-30], headers={**HTML, "Content-Encoding": "gzip"}),
        "/charset-unknown": Answer(page("Unknown").body, headers={"Content-Type": "text/html; charset=klingon"}),
        "/charset-utf-16": Answer(page("Sixteen").body, headers={"Content-Type": "text/html; charset=utf-16"}),
        "/charset-utf-7": Answer(page("Seven").body, headers={"Content-Type": "text/html; charset=utf-7"}),
        "/charset-none": Answer("<title>编辑</title>内容营销".encode("gb18030"), headers={"Content-Type": "text/html"}),
        "/type-long": Answer(page("Type").body, headers={"Content-Type": "text/html;" + "x" * 20_000}),
        "/status-999": Answer(page("Status").body, status=999, headers=HTML),
        "/nothing": Answer(b"", headers=HTML),
        "/no-content": Answer(b"", status=204),
        "/location-empty": Answer(status=302, headers={"Location": ""}),
        "/location-ftp": Answer(status=302, headers={"Location": "ftp://127.0.0.1/x"}),
        "/location-file": Answer(status=302, headers={"Location": "file:///etc/passwd"}),
        "/location-other": Answer(status=302, headers={"Location": f"http://{INSIDE}:PORT/secret"}),
        "/location-long": Answer(status=302, headers={"Location": "/x" * 20_000}),
    }
    return {path: Answer(body, headers=HTML) for path, body in html.items()} | wrong


CHALLENGES = {
    "/check-1": Answer(b"<title>Just a moment...</title>", status=403, headers={**HTML, "cf-mitigated": "challenge"}),
    "/check-2": Answer(b"<title>Just a moment...</title><script>_cf_chl_opt={}</script>", status=521, headers=HTML),
    "/check-3": Answer(b"<title>Vercel Security Checkpoint</title>", headers=HTML),
    "/to-check": Answer(status=302, headers={"Location": "/check-2"}),
    "/check-4": Answer(b"<html><script src='/_Incapsula_Resource?x=1'></script>", headers=HTML),
}


def sound_pages() -> dict[str, Answer]:
    """Thirty pages; every tenth lacks its title."""
    planted = {
        f"/sound/{place}": page(f"Page {place}" if place % 10 else "", f"Part {place}.") for place in range(SOUND)
    }
    for answer in planted.values():
        answer.headers["Set-Cookie"] = "seen=1; Path=/"
    return planted


def traps(handler: BaseHTTPRequestHandler) -> Answer | None:
    """Addresses without end: months, sessions, folders within folders, redirects."""
    path, _, query = handler.path.partition("?")
    number = int(query.rpartition("=")[2]) + 1 if query.rpartition("=")[2].isdigit() else 1
    if path == "/month":
        return page(f"Month {number}", links(f"/month?of={number}", f"/month?of={number + 1}") + f"Month {number}.")
    if path == "/session":
        return page("Session", links(*(f"/session?sid={number * 7 + place}" for place in range(5))) + f"{number}")
    if path.startswith("/again/"):
        return page("Again", links(f"{path}again/") + path)
    if path == "/onward":
        return Answer(status=302, headers={"Location": f"/onward?to={number}"})
    if path == "/needs-cookie":
        return Answer(status=302, headers={"Location": "/needs-cookie", "Set-Cookie": f"a={number}"})
    return None


TRAPS = ("/month", "/session", "/again/", "/onward", "/needs-cookie")
ODD_LINKS = (
    *("mailto:a@b.example", "tel:+861234", "javascript:void(0)", "ftp://127.0.0.1/", "file:///etc/passwd", "http:///x"),
    *(
        "data:text/html,x",
        "//",
        "http://[::1",
        "http://%zz/",
        "gopher://127.0.0.1:70/",
        "http://169.254.169.254/latest/",
    ),
    *("http://2130706433/", "ws://x/"),
)


def plant(web: Web, size: int, robots_size: int) -> None:
    """All of it, with a robots.txt of its own and sitemaps that go round in circles."""
    port = web.url.rpartition(":")[2]
    start = f"http://{HOST}:{port}"
    pages = sound_pages() | no_answers(size) | cut_short(size) | odd_pages(size) | CHALLENGES
    web.pages |= pages
    for answer in web.pages.values():
        if "Location" in answer.headers:
            answer.headers["Location"] = answer.headers["Location"].replace("PORT", port)
    web.pages["/"] = page("Home", links(*pages, *TRAPS, *ODD_LINKS, "/" + "x" * 100_000))
    maps = ("/index.xml", "/index2.xml", "/bomb.xml", "/large.xml", "/loris-head", "/headers")
    named = [start + path for path in maps] + [f"http://{INSIDE}:{port}/map.xml", f"http://www.{HOST}:{port}/map.xml"]
    robots = "User-agent: *\nDisallow: /private\n" + "".join(f"Sitemap: {url}\n" for url in named)
    web.pages["/robots.txt"] = Answer((robots + "# a line\n" * (robots_size // 9)).encode())
    index = "<sitemapindex>{}</sitemapindex>"
    of = "<sitemap><loc>{}</loc></sitemap>".format
    web.pages["/index.xml"] = Answer(index.format(of(start + "/index.xml") + of(start + "/index2.xml")).encode())
    web.pages["/index2.xml"] = Answer(index.format(of(start + "/index.xml")).encode())
    entry = f"<url><loc>{start}/sound/1</loc></url>".encode()
    compress = zlib.compressobj(9, wbits=31)
    packed_map = compress.compress(b"<urlset>" + entry) + compress.compress(b" " * (2 * size)) + compress.flush()
    web.pages["/bomb.xml"] = Answer(packed_map, headers={"Content-Type": "application/gzip"})
    web.pages["/large.xml"] = Answer(b"<urlset>" + entry * (size // len(entry)))
    web.other = traps


@contextmanager
def inside(web: Web) -> Iterator[list[object]]:
    """A door inside the network, on the port of the site. Yields who came."""
    came: list[object] = []
    door = socket.create_server((INSIDE, int(web.url.rpartition(":")[2])))

    def watch() -> None:
        with suppress(OSError):
            while True:
                peer, address = door.accept()
                came.append(address)
                peer.close()

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield came
    finally:
        door.shutdown(socket.SHUT_RDWR)
        door.close()
        watching.join(5)
