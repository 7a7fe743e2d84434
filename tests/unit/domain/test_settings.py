"""Settings that do not fit are refused at the start, those that do come out in one form."""

import pytest

from editorial.domain.errors import EditorialError
from editorial.domain.settings import database_address, desk_address, fernet_keys, mail_sender


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("", ""),
        ("https://desk.company.com", "https://desk.company.com"),
        ("https://desk.company.com/", "https://desk.company.com"),
        (" http://Desk.Company.com:8080 ", "http://desk.company.com:8080"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("https://编辑.公司.cn", "https://xn--5p0an15a.xn--55qx5d.cn"),
    ],
)
def test_the_address_of_a_desk_is_scheme_and_host(given: str, kept: str) -> None:
    assert desk_address(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "desk.company.com",
        "desk.company.com:8000",
        "//desk.company.com",
        "ftp://desk.company.com",
        "https://",
        "https:///editorial",
        "https://desk.company.com/editorial",
        "https://desk.company.com/?a=1",
        "https://desk.company.com?a=1",
        "https://desk.company.com#top",
        "https://mei@desk.company.com",
        "https://desk.company.com:port",
        "https://desk.company.com:",
        "https://desk.company.com:99999",
        "https://desk company.com",
        "https://desk..company.com",
        "https://desk.company.com\nX: y",
        "https://[::1",
        "https://☃☃..com",
        "javascript:alert(1)",
    ],
)
def test_anything_else_is_refused_as_the_address_of_a_desk(given: str) -> None:
    with pytest.raises(EditorialError):
        desk_address(given)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("desk@company.com", "desk@company.com"),
        ("Editorial <editorial@localhost>", "Editorial <editorial@localhost>"),
        ("编辑部 <desk@公司.cn>", "编辑部 <desk@xn--55qx5d.cn>"),
        ('"Lin, Mei" <mei+desk@company.com>', '"Lin, Mei" <mei+desk@company.com>'),
    ],
)
def test_a_sender_is_an_address_with_or_without_a_name(given: str, kept: str) -> None:
    assert mail_sender(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        "desk",
        "desk@",
        "@company.com",
        "Editorial",
        "Editorial <desk>",
        "Editorial <desk@company.com",
        "Lin, Mei <mei@company.com>",
        "a@company.com, b@company.com",
        "dësk@company.com",
        "desk@..com",
        "desk@com pany.com",
        "Editorial <desk@company.com>\nBcc: all@company.com",
        "Edi\ntorial <desk@company.com>",
        "desk@" + "☃" * 80 + ".com",
    ],
)
def test_anything_else_is_refused_as_a_sender(given: str) -> None:
    with pytest.raises(EditorialError):
        mail_sender(given)


def test_a_database_of_another_kind_is_refused_without_repeating_its_password() -> None:
    with pytest.raises(EditorialError) as refused:
        database_address("mysql://mei:secret@host/desk")

    assert "secret" not in str(refused.value.says)


@pytest.mark.parametrize("given", ["", "sqlite:////var/desk.sqlite", "postgresql://mei@host/desk"])
def test_the_two_databases_are_taken(given: str) -> None:
    assert database_address(given) == given


@pytest.mark.parametrize("given", ["", "A" * 43 + "=", " " + "A" * 43 + "= , " + "b" * 43 + "="])
def test_keys_that_seal_are_taken(given: str) -> None:
    assert fernet_keys(given) == given.replace(" ", "")


@pytest.mark.parametrize("given", ["my-key", "A" * 43 + "=,", "A" * 44, "A" * 43 + "=;" + "b" * 43 + "="])
def test_a_key_that_is_none_is_refused_without_being_repeated(given: str) -> None:
    with pytest.raises(EditorialError) as refused:
        fernet_keys(given)

    assert given[:6] not in f"{refused.value.says} {refused.value.hint}"
