"""What a fetcher keeps of an answer that comes in pieces."""

from collections.abc import Iterator

from editorial.adapters.fetch import BOMB_FROM, COUNTED, MOST_SWELLING, _Transfer

CHUNK = b" " * 16 * 1024
CAP = 100 * len(CHUNK)


class Lines(list[bytes]):
    """Header lines that count how often they are read."""

    read = 0

    def __iter__(self) -> Iterator[bytes]:
        self.read += 1
        return super().__iter__()


def transfer(*lines: bytes) -> _Transfer:
    return _Transfer(None, "https://example.com/", True, lines=Lines([b"HTTP/1.1 200 OK\r\n", *lines]))


def packed(sent: int) -> _Transfer:
    return transfer(b"content-encoding: gzip\r\n", b"content-length: %d\r\n" % sent)


def test_headers_are_read_once_however_many_pieces_the_body_has():
    one = transfer(b"Content-Type: text/html\r\n", b"Content-Length: 99999999\r\n", *[b"X: y\r\n"] * 2000)

    assert all(one.take(CHUNK, CAP) for _ in range(100))
    assert (one.lines.read, one.stopped) == (1, "")  # type: ignore[attr-defined]


def test_a_body_is_cut_at_the_limit_and_where_it_unpacks_to_far_more_than_was_sent():
    long, bomb = transfer(), packed(BOMB_FROM // MOST_SWELLING)

    for one in (long, bomb):
        while one.take(CHUNK, CAP):
            pass

    assert (long.stopped, sum(map(len, long.chunks))) == ("size", CAP)
    assert bomb.stopped == "size"
    assert BOMB_FROM < bomb.size <= BOMB_FROM + len(CHUNK)


def test_a_packed_body_is_counted_beyond_the_limit_until_it_shows_what_it_is():
    bomb, long = packed(2 * CAP // MOST_SWELLING), packed(CAP)

    for one in (bomb, long):
        while one.take(CHUNK, CAP):
            pass

    assert [sum(map(len, one.chunks)) for one in (bomb, long)] == [CAP, CAP]
    assert (bomb.swollen, long.swollen) == (True, False)
    assert long.size <= COUNTED * CAP + len(CHUNK)


def test_of_what_is_no_document_nothing_is_kept():
    picture = transfer(b"Content-Type: image/png\r\n")

    assert not picture.take(CHUNK, CAP)
    assert (picture.stopped, picture.chunks) == ("type", [])
