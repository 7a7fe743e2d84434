"""What the weekly mail says, and that it reads well in both languages however much or little there is to say."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from editorial.adapters.catalog import PSEUDO
from editorial.adapters.mail_templates import MailTemplates, MailTooLong, Rendered
from editorial.domain.jobs import JobState
from editorial.domain.messages import Message
from editorial.services.weekly_mail import (
    CHANGED_FORMS,
    GROUPS,
    PIECES,
    FormChange,
    Forms,
    Group,
    OldFinding,
    Piece,
    Report,
    Seen,
    Spot,
    Trouble,
    beside,
    explanation,
    headline,
    is_empty,
    shortened,
    title,
)

NOW = datetime(2026, 12, 7, tzinfo=UTC)
TEMPLATES = MailTemplates()
LONG = "https://northgauge.example/" + "%E8%B7%AF/" * 17  # as long as a link may be
BROKEN = Group(Message("Noindex"), "error", 7, tuple(Spot(f"https://x.example/{n}") for n in range(5)), ("Mei",))
FORM = FormChange("Request a demo", Message("vanished"), loses=True, spot=Spot("https://x.example/demo"), pages=3)
FELL = Message("Down by 3, most of all because of “Noindex” on 7 pages.")
SEEN = Seen(
    at=NOW,
    score=84,
    before=87,
    same_rules=True,
    fetched=92,
    known=100,
    stopped=None,
    new=(BROKEN,),
    open=9,
    moved=FELL,
)
QUIET = Seen(at=NOW, score=84, before=84, same_rules=True, fetched=100, known=100, stopped=None)
REPORT = Report(
    site="Northgauge",
    site_url="https://northgauge.example/",
    week="2026-W50",
    at=NOW,
    since=NOW - timedelta(days=7),
    seen=SEEN,
    failure=None,
)


def render(catalogs, report: Report, language: str = "en", **more: object) -> Rendered:
    values: dict[str, object] = {
        "report": report,
        "headline": headline(report),
        "title": title(report),
        "beside": beside(report),
        "explanation": explanation(report.seen) if report.seen else beside(report),
        "limits": {"groups": GROUPS},
        "days": {"on": date(2026, 12, 7), "since": date(2026, 11, 30)},
        "desk": {
            "root": "https://desk.example",
            "audits": "https://desk.example/audits",
            "findings": "https://desk.example/audits/sites/1/findings",
            "calendar": "https://desk.example/",
        },
        "reason": Message("You are on the team."),
        "unsubscribe_url": "https://desk.example/unsubscribe/1.x",
    }
    return TEMPLATES.render("weekly", catalogs[language], ZoneInfo("Asia/Shanghai"), values | more)


def say(catalogs, message: Message) -> str:
    return str(catalogs["en"].say(message))


# -- the sentence of the week -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "sentence"),
    [
        (SEEN, "Score 84 (−3), 7 new findings, 0 fixed"),
        (replace(SEEN, before=80, fixed=(BROKEN,)), "Score 84 (+4), 7 new findings, 7 fixed"),
        (QUIET, "Score 84 (±0), 0 new findings, 0 fixed"),
        (replace(SEEN, before=None), "Score 84 in the first audit, 9 findings"),
        (replace(SEEN, score=None), "7 new findings, 0 fixed"),
        (None, "The audit could not run"),
    ],
)
def test_the_headline_tells_what_matters_first(catalogs, seen, sentence) -> None:
    assert say(catalogs, headline(replace(REPORT, seen=seen))) == sentence


@pytest.mark.parametrize(
    ("seen", "sentence"),
    [
        (SEEN, "Down by 3, most of all because of “Noindex” on 7 pages."),
        (QUIET, "As last time."),
        (replace(SEEN, before=None), "There is no earlier audit to compare with."),
        (
            replace(SEEN, same_rules=False),
            "The rules have changed since the last audit, so the two scores do not compare.",
        ),
    ],
)
def test_a_number_comes_with_its_explanation(catalogs, seen, sentence) -> None:
    assert say(catalogs, explanation(seen)) == sentence


def test_an_audit_that_still_runs_is_not_called_one_that_could_not_run(catalogs) -> None:
    report = replace(REPORT, seen=None, failure=Message("Under way."), unfinished=True)

    assert say(catalogs, headline(report)) == "The audit has not ended"


def test_a_site_that_nobody_has_audited_is_not_called_one_whose_audit_could_not_run(catalogs) -> None:
    report = replace(REPORT, seen=None, failure=Message("No audit."), unaudited=True)

    assert say(catalogs, headline(report)) == "This site has not been audited yet"


def test_a_failed_audit_is_the_headline_even_beside_an_older_score(catalogs) -> None:
    report = replace(REPORT, failure=Message("It failed."))

    assert say(catalogs, title(report)) == "The audit could not run"


# -- nothing to tell ----------------------------------------------------------------------------------------------


def test_a_quiet_week_is_empty_and_anything_at_all_is_not() -> None:
    piece = Piece("x", at=NOW)
    news: list[dict[str, Any]] = [
        {"seen": None},
        {"failure": Message("x")},
        {"went_out": (piece,)},
        {"coming": (piece,)},
        {"troubles": (Trouble("x", "y", JobState.MISSED, NOW, "/queue/jobs/1"),)},
        {"seen": replace(QUIET, before=None)},
        {"seen": replace(QUIET, score=85)},
        {"seen": replace(QUIET, discovered=1)},
        {"seen": replace(QUIET, cut_short=True)},
        {"seen": replace(QUIET, fixed=(BROKEN,))},
    ]

    assert is_empty(replace(REPORT, seen=QUIET))
    assert not any(is_empty(replace(REPORT, **({"seen": QUIET} | one))) for one in news)


# -- putting together ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fetched", "known", "percent"), [(0, 0, 100), (999, 1000, 99), (1000, 1000, 100), (1, 3, 33)])
def test_a_hundred_percent_means_all_of_it(fetched, known, percent) -> None:
    assert replace(SEEN, fetched=fetched, known=known).percent == percent


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://northgauge.example/a?b=c", "/a?b=c"),
        ("https://northgauge.example/", "/"),
        ("https://northgauge.example.evil/a", "northgauge.example.evil/a"),
        ("http://northgauge.example/a", "northgauge.example/a"),
        ("https://northgauge.example/" + "x" * 100, "/" + "x" * 88 + "…"),
    ],
)
def test_pages_of_the_site_itself_are_read_without_its_name(url, shown) -> None:
    assert Spot(url).shown_on("https://northgauge.example/en/") == shown


@given(scores=st.lists(st.integers(0, 100), max_size=8))
def test_bars_fit_their_row_and_keep_their_order(scores) -> None:
    bars = replace(SEEN, scores=tuple((date(2026, 12, 7), score) for score in scores)).bars

    assert all(2 <= pixels <= 40 for _, _, pixels in bars)
    assert [score for _, score, _ in sorted(bars, key=lambda bar: (bar[2], bar[1]))] == sorted(scores)


# -- reading ------------------------------------------------------------------------------------------------------


FULL = replace(
    REPORT,
    seen=replace(
        SEEN,
        new=(BROKEN,) * 12,
        fixed=(BROKEN,),
        discovered=3,
        stopped=Message("It stopped."),
        hidden=((Message("Closed by robots.txt"), 5), (Message("No answer in time"), 3)),
        forms=Forms(2, 9, (FORM, replace(FORM, edits=(Message("new field"), Message("field gone")))), 4, (BROKEN,)),
        oldest=(OldFinding(Message("Old"), "warning", Spot("https://x.example/o", owner="Mei"), 21),),
        scores=((date(2026, 11, 30), 87), (date(2026, 12, 7), 84)),
    ),
    troubles=(Trouble("Piece", "Website", JobState.UNKNOWN_OUTCOME, NOW, "/queue/jobs/7"),),
    went_out=(Piece("Out <b>", at=NOW, url="https://x.example/out", found=2), Piece("Out", at=NOW, found=0)),
    found=(replace(BROKEN, returned=2),),
    went_out_more=2,
    coming=(Piece("Slot", at=NOW, status=Message("Scheduled")), Piece("Plan", on=date(2026, 12, 9), owner="Chen")),
    coming_more=1,
)


@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
def test_every_mixture_of_blocks_can_be_rendered(catalogs, language) -> None:
    for seen, failure, rest in product((None, SEEN, QUIET, FULL.seen), (None, Message("x")), (REPORT, FULL)):
        mail = render(catalogs, replace(rest, seen=seen, failure=failure), language)
        assert "%(" not in mail.subject + mail.text + mail.html


def test_no_sentence_of_the_mail_escapes_translation(catalogs) -> None:
    mail = render(catalogs, FULL, PSEUDO)
    visible = re.sub(r"<style.*?</style>|<title.*?</title>|<[^>]+>", "\n", mail.html, flags=re.DOTALL)
    while (bare := re.sub(r"⟦[^⟦⟧]*⟧", "", visible)) != visible:  # from the innermost out
        visible = bare
    words = set(re.findall(r"[A-Za-z]{4,}", bare)) - {
        "Editorial",
        "Northgauge",
        "Piece",
        "Website",
        "Slot",
        "Plan",
        "Chen",
        "example",
        "Request",
        "demo",
        "nbsp",
    }

    assert words == set()


def test_the_mail_says_why_it_comes_and_how_to_stop_it(catalogs) -> None:
    mail = render(catalogs, REPORT)

    for part in (mail.text, mail.html):
        assert "You are on the team." in part
        assert "https://desk.example/unsubscribe/1.x" in part


@pytest.mark.parametrize(
    ("forms", "sentence"),
    [
        (Forms(0, 0), "No lead form was seen on any page."),
        (Forms(1, 1), "1 lead form on 1 page."),
        (Forms(3, 512), "3 lead forms on 512 pages."),
    ],
)
def test_the_lead_forms_are_counted_whether_or_not_anything_happened_to_them(catalogs, forms, sentence) -> None:
    mail = render(catalogs, replace(REPORT, seen=replace(QUIET, forms=forms)))

    for part in (mail.text, mail.html):
        assert sentence in part
        assert ("Nothing is wrong with them" in part) == bool(forms.count)


def test_of_a_site_that_was_not_seen_whole_nobody_says_that_it_has_no_form(catalogs) -> None:
    forms = Forms(0, 0, (FORM,), whole=False)
    mail = render(catalogs, replace(REPORT, seen=replace(QUIET, forms=forms)))

    for part in (mail.text, mail.html):
        assert "Request a demo" in part
        assert "No lead form" not in part
    assert "0</b><br>lead forms" not in mail.html


def test_chinese_asides_stand_in_full_width_brackets_without_a_space(catalogs) -> None:
    mail = render(catalogs, FULL, "zh_Hans_CN")
    shown = re.sub(r"<style.*?</style>|<[^>]+>", "", mail.html, flags=re.DOTALL)

    assert "未抓到：robots.txt 禁止（5）、超时未响应（3）。" in mail.text
    assert "未抓到：robots.txt 禁止（5）、超时未响应（3）。" in shown
    assert not re.findall(r"[ (（]\(|\s（|\(\d+\)", mail.text + shown)
    assert "- https://x.example/4\n" in mail.text
    assert "  https://x.example/demo · 3 页\n" in mail.text


def test_what_became_of_a_form_and_what_is_wrong_with_it_stand_in_both_parts(catalogs) -> None:
    mail = render(catalogs, FULL)
    shown = " ".join(re.sub(r"<[^>]+>", " ", mail.html).split())

    assert "Request a demo: vanished\n  https://x.example/demo (3 pages)" in mail.text
    assert "Request a demo: vanished (new field; field gone)" in mail.text
    assert "Noindex: 7 open" in mail.text
    assert "Request a demo vanished: new field; field gone x.example/demo 3 pages" in shown
    assert "Noindex error 7 open" in shown


@pytest.mark.parametrize(
    ("found", "verdict"), [(None, "not audited yet"), (0, "nothing wrong found"), (1, "1 finding"), (3, "3 findings")]
)
def test_a_published_piece_comes_with_what_audits_say_of_its_page(catalogs, found, verdict) -> None:
    mail = render(catalogs, replace(REPORT, went_out=(Piece("Out", at=NOW, found=found),)))

    assert verdict in mail.text
    assert verdict in mail.html


def test_what_came_back_and_what_was_not_seen_is_said(catalogs) -> None:
    mail = render(catalogs, FULL)

    assert "Noindex: 7 (2 came back)" in mail.text
    assert "2 came back" in mail.html
    for part in (mail.text, mail.html):
        assert "Not seen: Closed by robots.txt (5), No answer in time (3)." in part
        assert "It stopped." in part


def test_the_preview_line_of_a_mailbox_adds_to_the_subject(catalogs) -> None:
    """What mail programs show beside the subject: the first words of the HTML."""
    html = render(catalogs, REPORT).html
    first = re.sub(r"<[^>]+>", "", html.partition("<body")[2].partition(">")[2]).strip().split("\n")[0]

    assert first == "Down by 3, most of all because of “Noindex” on 7 pages."


def test_a_name_that_nobody_gave_raises(catalogs) -> None:
    with pytest.raises(UndefinedError):
        TEMPLATES.render("weekly", catalogs["en"], ZoneInfo("UTC"), {"report": REPORT})


def test_the_subject_is_one_line_whatever_a_site_is_called(catalogs) -> None:
    mail = render(catalogs, replace(REPORT, site="North\r\nBcc: all@x.example"))

    assert mail.subject == "[North Bcc: all@x.example] Score 84 (−3), 7 new findings, 0 fixed"


def test_the_longest_mail_once_shortened_stays_below_what_mail_programs_cut_off(catalogs) -> None:
    spots = tuple(Spot(LONG, title="标" * 200, owner="名" * 120) for _ in range(5))
    groups = tuple(Group(Message("R" * 60), "error", 999, spots, ("名" * 120,)) for _ in range(40))
    pieces = tuple(Piece("标" * 200, at=NOW, url=LONG, owner="名" * 120) for _ in range(PIECES))
    oldest = tuple(OldFinding(Message("R" * 60), "error", spots[0], 63) for _ in range(5))
    change = FormChange("名" * 60, Message("R" * 60), True, spots[0], 99, (Message("标" * 200),) * 9)
    forms = Forms(9, 99, (change,) * CHANGED_FORMS, 9, groups)
    hidden = ((Message("R" * 60), 99),) * 9
    seen = replace(
        SEEN, new=groups, fixed=groups, oldest=oldest, forms=forms, hidden=hidden, stopped=Message("R" * 200)
    )
    trouble = Trouble("标" * 200, "名" * 120, JobState.FAILED, NOW, "/queue/jobs/1")
    longest = replace(FULL, seen=seen, found=groups, went_out=pieces, coming=pieces, troubles=(trouble,) * 10)
    with pytest.raises(MailTooLong):
        render(catalogs, longest, "zh_Hans_CN")

    mail = render(catalogs, shortened(longest), "zh_Hans_CN")
    assert len(mail.html.encode()) < 80_000


def test_a_shortened_mail_counts_what_it_leaves_out() -> None:
    pieces = tuple(Piece(str(number), at=NOW) for number in range(12))
    less = shortened(replace(FULL, went_out=pieces, went_out_more=2))

    assert less.seen is not None
    assert (len(less.went_out), less.went_out_more) == (3, 11)
    assert (len(less.seen.new[0].spots), less.seen.new[0].more) == (1, 6)
    assert headline(less) == headline(FULL)


def test_a_mail_that_would_be_cut_off_is_not_made(tmp_path, catalogs) -> None:
    (tmp_path / "long").mkdir()
    for name, body in (("subject.txt", "x"), ("body.txt", "x"), ("body.html", "<p>" + "x" * 100_001 + "</p>")):
        (tmp_path / "long" / name).write_text(body)

    with pytest.raises(MailTooLong):
        MailTemplates(tmp_path).render("long", catalogs["en"], ZoneInfo("UTC"), {})


def test_a_style_sheet_from_outside_is_never_fetched(tmp_path, catalogs, socket_disabled) -> None:
    (tmp_path / "m").mkdir()
    page = '<html><head><link rel="stylesheet" href="http://127.0.0.1:9/x.css"><style>p{color:red}</style></head><p>x</p></html>'
    for name, body in (("subject.txt", "x"), ("body.txt", "x"), ("body.html", page)):
        (tmp_path / "m" / name).write_text(body)

    mail = MailTemplates(tmp_path).render("m", catalogs["en"], ZoneInfo("UTC"), {})
    assert 'style="color: red' in mail.html
