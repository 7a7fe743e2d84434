"""How the encoding of a page is found."""

import pytest

from editorial.audit.gather.charset import declared_in_header, declared_in_meta, decode, encode
from editorial.audit.gather.encodings import normal_label

HAN = "线索表单与内容日历：发布、诊断、改进，全部在一处完成。"


@pytest.mark.parametrize(
    ("body", "content_type", "name", "source"),
    [
        (b"\xef\xbb\xbf<p>a", "text/html; charset=gbk", "utf-8", "bom"),
        ("\ufeff<p>a".encode("utf-16-le"), "", "utf-16le", "bom"),
        (b'<meta charset="utf-8">', "text/html; charset=GB2312", "gb18030", "header"),
        (b"<meta charset=gb2312>", "text/html", "gb18030", "meta"),
        (b"<meta http-equiv=Content-Type content='text/html; charset=Shift_JIS'>", "", "shift_jis", "meta"),
        (b"<?xml version='1.0' encoding='big5'?><html>", "", "big5", "meta"),
        (b"<meta charset=latin1>", "text/html; charset=nonsense", "windows-1252", "meta"),
        (b"<meta charset=utf-16>", "", "utf-8", "meta"),
        (b"<p>plain", "", "windows-1252", "default"),
        (b"<p>plain", "application/xhtml+xml", "utf-8", "default"),
        (b"<!--" + b"x" * 1100 + b"--><meta charset=gbk>", "", "gb18030", "detected"),
        (HAN.encode(), "", "utf-8", "detected"),
        ("<p>製品情報".encode("iso-2022-jp"), "", "iso-2022-jp", "detected"),
        (HAN.encode("gb18030") * 20, "", "gb18030", "detected"),
    ],
)
def test_the_first_of_mark_header_meta_and_bytes_decides(body, content_type, name, source):
    _, found = decode(body, content_type)

    assert (found.name, found.source) == (name, source)


@pytest.mark.parametrize(
    ("declaration", "name"),
    [
        ("<?xml encoding='cp1251'?>", "windows-1251"),
        ('<?xmlencoding="windows-1251">', "windows-1251"),
        ('<?xml otherencoding="windows-1251" encoding="gbk"?>', "windows-1251"),
        ('<?xml <meta charset="gbk" encoding="windows-1251">', "windows-1251"),
        ('<?xml encoding\0\n=\x1f"windows-1251"?>', "windows-1251"),
        ('<?xml encoding="x-user-defined"?>', "x-user-defined"),
        ('<?xml encoding="utf-16"?>', "utf-8"),
        ('<?xml encoding=" windows-1251"?>', ""),
        ('<?xml encoding="unknown" encoding="windows-1251"?>', ""),
        ("<?xml encoding=windows-1251?>", ""),
        ('<?xml encoding="windows-1251>"', ""),
        ('<?xml ENCODING="windows-1251"?>', ""),
        (' <?xml encoding="windows-1251"?>', ""),
    ],
)
def test_an_xml_declaration_counts_in_html_and_xml(declaration, name):
    body = declaration.encode()

    assert decode(body, "text/html")[1].name == (name or "windows-1252")
    assert decode(body, "application/xhtml+xml")[1].name == (name or "utf-8")


def test_xml_knows_no_meta():
    body = b"<?xml version='1.0'?><meta charset=gbk>\xa9"

    assert decode(body, "application/xhtml+xml; charset=big5")[1].name == "big5"
    found = decode(body, "application/xhtml+xml")[1]
    assert (found.name, found.source, found.replaced) == ("utf-8", "default", 1)


def test_gb2312_is_read_as_gb18030():
    text, found = decode("<meta charset=gb2312>囧镕€".encode("gb18030"), "")

    assert text.endswith("囧镕€")
    assert found.replaced == 0


def test_a_meta_beyond_the_first_1024_bytes_is_not_a_declaration():
    body = b"<!--" + b"x" * 1100 + b"--><meta charset=gbk>"

    assert declared_in_meta(body) == ""


def test_a_meta_within_a_comment_is_none():
    assert declared_in_meta(b"<!-- <meta charset=gbk> --><meta charset=utf-8>") == "utf-8"


def test_bytes_that_cannot_be_decoded_are_counted():
    _, found = decode(b"<meta charset=utf-8>\xff\xfe", "")

    assert found.replaced == 2


@pytest.mark.parametrize(
    ("text", "written", "read", "least"),
    [
        (HAN + "发布的时间是内容的一部分的说明。", "gb18030", "latin-1", 3),
        (HAN + "a" + HAN, "utf-8", "gb18030", 1),
        ("Garçon déjà vu à Besançon", "utf-8", "latin-1", 4),
        ("100\xa0€ – 200\xa0€", "utf-8", "cp1252", 3),
        ("INFORMAÇÃO E INSTALAÇÃO. ÂGE, ÎLE, MANHÃ", "utf-8", "utf-8", 0),
    ],
)
def test_text_read_in_the_wrong_encoding_is_counted(text, written, read, least):
    _, found = decode(text.encode(written).decode(read, "ignore").encode(), "text/html; charset=utf-8")

    assert found.garbled >= least
    assert bool(found.garbled) is bool(least)


@pytest.mark.parametrize("label", ["gb2312", "iso-8859-1", "shift_jis", "windows-1251", "euc-kr", "koi8-r"])
@pytest.mark.parametrize("text", [HAN, "Größere Geräte für Öfen", "Страница", "製品について", "기계 선택"])
def test_utf_8_that_says_something_else_is_garbled(label, text):
    body = f"<p>{text}</p><script>'{text}'</script>".encode()

    assert decode(body, f"text/html; charset={label}")[1].garbled == sum(not letter.isascii() for letter in text)


@pytest.mark.parametrize("name", ["gb18030", "shift_jis", "utf-16le"])
def test_sound_text_of_another_encoding_is_not_garbled(name):
    assert decode("製品情報。".encode(name), f"text/html; charset={name}")[1].garbled == 0


def test_what_stands_in_scripts_and_code_may_be_an_example():
    html = "<p>Ã©t</p><CODE class=x>Ã© Ã¨</code ><script>m={'Ã¼':'ü'}</script><pre>â€™</pre><p>â€™</p><code>Ã¶"

    assert decode(html.encode(), "text/html; charset=utf-8")[1].garbled == 3


def test_text_decoded_twice_is_counted():
    _, found = decode("Ã©tude Ã©cole 锟斤拷".encode(), "text/html; charset=utf-8")

    assert found.garbled == 3


@pytest.mark.parametrize(
    ("header", "label"),
    [
        ('text/html; charset="UTF-8"; x=y', "UTF-8"),
        ("text/html;CHARSET=gbk", "gbk"),
        ("text/html;charset= gbk ", "gbk"),
        ('text/html;charset="gbk', "gbk"),
        ('text/html;charset="\\g\\bk"x', "gbk"),
        ('text/html; note="a; charset=big5"; charset=gbk', "gbk"),
        ("text/html; charset=; charset=gbk", "gbk"),
        ("text/html; charset=gbk, text/plain; charset=big5", "gbk"),
        ('text/html; charset=""; charset=gbk', ""),
        ("text/html; charset =gbk", ""),
        ("text/html; mycharset=gbk", ""),
        ("text/html;charset='gbk'", "'gbk'"),
        ("text/html", ""),
    ],
)
def test_the_charset_of_a_header_is_read_as_browsers_read_media_types(header, label):
    assert declared_in_header(header) == label


def test_an_unknown_label_is_nothing():
    assert normal_label("rot13") == ""


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("GB2312", "gb18030"),
        (" x-gbk\n", "gb18030"),
        ("ISO-8859-1", "windows-1252"),
        ("us-ascii", "windows-1252"),
        ("iso-8859-9", "windows-1254"),
        ("tis-620", "windows-874"),
        ("ISO_8859-2:1987", "iso-8859-2"),
        ("logical", "iso-8859-8-i"),
        ("koi8-ru", "koi8-u"),
        ("ks_c_5601-1987", "euc-kr"),
        ("windows-31j", "shift_jis"),
        ("utf-16", "utf-16le"),
        ("unicode-1-1-utf-8", "utf-8"),
        ("hz-gb-2312", "replacement"),
        ("utf-7", ""),
        ("cp936", ""),
    ],
)
def test_labels_are_those_of_the_encoding_standard(label, name):
    assert normal_label(label) == name


@pytest.mark.parametrize(
    ("start", "label"),
    [
        (b"<meta name=note content='text; charset=gbk'>", ""),
        (b"<meta http-equiv=content-type content='text/html; charset=\"gbk\"'>", "gbk"),
        (b"<meta content='text/html; charset = gbk' http-equiv='Content-Type'>", "gbk"),
        (b"<META/CHARSET=gbk>", "gbk"),
        (b"<metadata charset=gbk>", ""),
        (b"<p title='<meta charset=gbk>'><meta charset=utf-8>", "utf-8"),
        (b"<? <meta charset=gbk><meta charset=big5>", "big5"),
        (b"<!--><meta charset=gbk>", "gbk"),
        (b"<meta charset=nonsense><meta charset=gbk>", "gbk"),
        (b"<meta charset=nonsense>", "nonsense"),
        (b"<meta charset='' charset=gbk>", ""),
        (b"<script><meta charset=gbk></script>", "gbk"),
        (b"<?xml version='1.0' encoding='nonsense'?><meta charset=gbk>", "gbk"),
        (b"<meta charset=gbk", ""),
        (b"<?xml version='1.0' encoding='gbk'?><meta charset=utf-8>", "utf-8"),
        (b"<?xml version='1.0' encoding='gbk'?><meta charset=nonsense>", "gbk"),
        (b"<meta charset=gbk/>", "gbk/"),
        (b"<meta charset=utf-8 http-equiv=content-type content='text/html; charset=gbk'>", "utf-8"),
        (b"<meta http-equiv=content-type content='charset; charset=gbk'>", "gbk"),
        (b"<meta http-equiv=content-type content='text/html; charset=\"gbk'>", ""),
        (b"<meta content='text/html; charset=gbk'>", ""),
        (b"</x a='<meta charset=gbk>'>", ""),
        (b"<title><meta charset=gbk></title>", "gbk"),
        (b"<meta\x0c\ncharset\n=\ngbk\n>", "gbk"),
        (b"<meta charset=gbk charset=utf-8>", "gbk"),
    ],
)
def test_a_declaration_is_found_as_the_html_standard_says(start, label):
    assert declared_in_meta(start) == label


def test_bytes_that_windows_left_open_are_control_characters():
    text, found = decode(b"a\x81\x80", "text/html; charset=latin1")

    assert (text, found.replaced) == ("a\x81€", 0)


@pytest.mark.parametrize(
    ("name", "body", "text"),
    [
        ("windows-1251", b"\x98\xc0", "\x98А"),
        ("windows-1255", b"\x81\xca", "\x81\u05ba"),
        ("windows-874", b"\x81\xdb", "\x81\ufffd"),
        ("koi8-u", b"\xae\xbe", "ўЎ"),
        ("gb18030", b"5\x80 \xa3\xa0", "5€ \u3000"),
        ("gb18030", b"\x81\xff<", "\ufffd<"),
        ("euc-jp", b"\xad\xa1\xa1\xc1", "①～"),
        ("shift_jis", b"\xa0\xfd", "\ufffd\ufffd"),
        ("iso-2022-jp", b"\x1b(I1\x1b$B-!F|\x1b(Ba\x0e", "ｱ①日a\ufffd"),
        ("big5", b"\xa2\x46\x81<", "\uffe0\ufffd<"),
    ],
)
def test_bytes_are_read_as_browsers_read_them(name, body, text):
    assert decode(body, f"text/html; charset={name}")[0] == text


def test_encodings_that_hide_markup_are_refused():
    text, found = decode(b"~{<title>~}", "text/html; charset=hz-gb-2312")

    assert (text, found.name) == ("\ufffd", "replacement")


@pytest.mark.parametrize(
    ("html", "content_type"),
    [
        (f"<meta charset=gb2312>{HAN}", ""),
        (HAN, "text/html; charset=utf-16be"),
        ("<title>Café", "text/html; charset=ISO-8859-1"),
        (f"<meta charset=utf-16>{HAN}", ""),
        (HAN, ""),
    ],
)
def test_what_is_encoded_is_read_back(html, content_type):
    assert decode(encode(html, content_type), content_type)[0] == html


@pytest.mark.parametrize(
    ("name", "said", "kept"),
    [("koi8-u", "ўЎ", "╝"), ("big5", "‧￠", "•"), ("euc-jp", "～", "〜"), ("gb18030", "︐", "\ue78d")],
)
def test_what_browsers_read_otherwise_than_python_is_written_for_browsers(name, said, kept):
    content_type = f"text/html; charset={name}"

    assert decode(encode(said, content_type), content_type)[0] == said
    assert encode(kept, content_type) == f"&#{ord(kept)};".encode()


def test_what_an_encoding_cannot_say_is_written_as_a_reference():
    assert encode("é中", "text/html; charset=latin1") == b"\xe9&#20013;"
