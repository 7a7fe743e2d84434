"""Credentials: sealed with a key outside the database, opened for one use, renewed, and never told."""

import re
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import text

from editorial.__main__ import editorial
from editorial.adapters.channels.base import SettingsRefused
from editorial.adapters.channels.signature import make_secret
from editorial.domain.errors import EditorialError, StaleVersion
from editorial.domain.jobs import Health, JobState, Refused
from editorial.services import channel_probes, channel_secrets, channels, credentials
from editorial.services.deps import Deps
from editorial.store import distribution, history
from editorial.store.distribution import Channel
from tests.conftest import Clock
from tests.integration.distribution.sites import Desk
from tests.receiver import Receiver

SECRET = make_secret(bytes(range(32)))
OTHER = make_secret(bytes(range(1, 33)))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def connect(desk: Desk, url: str, name: str = "Hook", **secrets: str | None) -> Channel:
    with desk.deps.sessions.begin() as session:
        site_id = distribution.get_channel(session, desk.channel_id).site_id
        made = channels.create(
            session,
            desk.deps,
            kind="webhook",
            name=name,
            site_id=site_id,
            settings={"url": url},
            actor_id=desk.publisher.id,
            secrets=secrets or {"secret": SECRET},
        )
        channel_id = made.id
    return channel_of(desk.deps, channel_id)


def channel_of(deps: Deps, channel_id: int) -> Channel:
    with deps.sessions() as session:
        return distribution.get_channel(session, channel_id)


def save(deps: Deps, channel: Channel, *, settings: dict[str, object] | None = None, **secrets: str | None) -> Channel:
    with deps.sessions.begin() as session:
        channels.save(
            session,
            deps,
            channel.id,
            version=channel.version,
            name=channel.name,
            settings=settings or channel.settings,
            actor_id=None,
            secrets=secrets,
        )
    return channel_of(deps, channel.id)


def key_file(deps: Deps) -> Path:
    return deps.config.instance_dir / credentials.FILE


class TestSealing:
    def test_what_was_kept_opens_again(self, desk: Desk, receiver: Receiver) -> None:
        assert credentials.opened(desk.deps, connect(desk, receiver.url)) == {"secret": SECRET}

    def test_the_database_holds_no_secret(self, desk: Desk, receiver: Receiver) -> None:
        connect(desk, receiver.url)
        with desk.deps.sessions() as session:
            row = tuple(session.execute(text("SELECT * FROM channel_credential")).one())

        assert SECRET.removeprefix("whsec_") not in str(row)
        assert "secret" in str(row)

    def test_the_key_lies_in_a_file_for_us_alone(self, desk: Desk, receiver: Receiver) -> None:
        connect(desk, receiver.url)

        assert stat.S_IMODE(key_file(desk.deps).stat().st_mode) == 0o600

    def test_a_key_file_that_others_can_read_is_refused(self, desk: Desk, receiver: Receiver) -> None:
        channel = connect(desk, receiver.url)
        key_file(desk.deps).chmod(0o640)
        with pytest.raises(EditorialError) as refused:
            credentials.opened(desk.deps, channel)

        assert "chmod 600" in refused.value.hint.id

    def test_a_row_put_under_another_channel_does_not_open(self, desk: Desk, receiver: Receiver) -> None:
        first = connect(desk, receiver.url)
        second = connect(desk, receiver.url + "/2", "Second", secret=OTHER)
        with desk.deps.sessions.begin() as session:
            session.execute(
                text(
                    "UPDATE channel_credential SET sealed ="
                    " (SELECT sealed FROM channel_credential WHERE channel_id = :one) WHERE channel_id = :two"
                ),
                {"one": first.id, "two": second.id},
            )

        with pytest.raises(EditorialError):
            credentials.opened(desk.deps, channel_of(desk.deps, second.id))

    def test_no_repr_tells_a_secret(self, desk: Desk, receiver: Receiver) -> None:
        channel = connect(desk, receiver.url)
        around = channels.surroundings(desk.deps, credentials.opened(desk.deps, channel))
        key = key_file(desk.deps).read_text().strip()

        told = f"{channel!r} {channel.credential!r} {around!r} {credentials.ring(desk.deps.config)!r}"
        assert SECRET not in told
        assert key not in told


class TestChanging:
    def test_nothing_typed_leaves_it_as_it_is(self, desk: Desk, receiver: Receiver) -> None:
        saved = save(desk.deps, connect(desk, receiver.url), secret="")

        assert credentials.opened(desk.deps, saved) == {"secret": SECRET}

    def test_a_replaced_secret_signs_along_for_a_day(self, desk: Desk, receiver: Receiver, clock: Clock) -> None:
        saved = save(desk.deps, connect(desk, receiver.url), secret=OTHER)

        opened = credentials.opened(desk.deps, saved)
        assert (opened["secret"], opened["secret.previous"]) == (OTHER, SECRET)
        assert opened["secret.previous_until"] == (clock() + timedelta(days=1)).isoformat()

    def test_a_probe_drops_it_when_its_day_is_over(self, desk: Desk, receiver: Receiver, clock: Clock) -> None:
        saved = save(desk.deps, connect(desk, receiver.url), secret=OTHER)
        clock.forward(days=1)

        assert credentials.opened(desk.deps, channels.probe(desk.deps, saved.id)) == {"secret": OTHER}

    def test_what_is_no_secret_is_refused_without_being_repeated(self, desk: Desk, receiver: Receiver) -> None:
        with pytest.raises(SettingsRefused) as refused:
            connect(desk, receiver.url, secret="hunter2-hunter2")

        assert "hunter2" not in f"{refused.value} {refused.value.says} {refused.value.hint}"
        assert refused.value.field == "secret-secret"

    def test_another_is_made_and_told_to_who_asked(self, desk: Desk, receiver: Receiver) -> None:
        channel = connect(desk, receiver.url)
        with desk.deps.sessions.begin() as session:
            made = channels.replace_secret(
                session, desk.deps, channel.id, version=channel.version, key="secret", actor_id=None
            )

        assert credentials.opened(desk.deps, channel_of(desk.deps, channel.id))["secret"] == made

    def test_of_two_who_replace_it_one_comes_late(self, desk: Desk, receiver: Receiver) -> None:
        channel = connect(desk, receiver.url)
        save(desk.deps, channel, secret=OTHER)

        with pytest.raises(StaleVersion):
            save(desk.deps, channel, secret=SECRET)

    def test_history_tells_that_and_not_what(self, desk: Desk, receiver: Receiver) -> None:
        channel = connect(desk, receiver.url)
        save(desk.deps, channel, secret=OTHER)
        with desk.deps.sessions() as session:
            events = history.of_entity(session, "channel", channel.id)

        assert events[0].action == "channel.secrets_changed"
        assert events[0].after == {"secrets": ["secret"], "changed": ["secret"]}
        told = str([(event.before, event.after) for event in events])
        assert SECRET not in told
        assert OTHER not in told

    def test_a_token_does_not_follow_the_address_to_another_host(self, desk: Desk) -> None:
        channel = channel_of(desk.deps, desk.channel_id)
        here = channel.settings | {"repository": "https://git.example.com/site.git"}
        channel = save(desk.deps, channel, settings=here, token="t0ken")
        with pytest.raises(EditorialError) as refused:
            save(desk.deps, channel, settings=here | {"repository": "https://evil.example.com/site.git"}, token="")

        assert refused.value.field == "secret-token"

    def test_a_token_that_is_removed_is_gone(self, desk: Desk) -> None:
        channel = channel_of(desk.deps, desk.channel_id)
        channel = save(desk.deps, channel, username="mei", token="t0ken")
        channel = save(desk.deps, channel, username=None, token=None)

        assert channel.credential is None

    def test_two_webhooks_of_a_site_to_one_address_are_refused(self, desk: Desk, receiver: Receiver) -> None:
        connect(desk, receiver.url)
        with pytest.raises(EditorialError) as refused:
            connect(desk, receiver.url, "Again")

        assert refused.value.field == "url"

    def test_the_nature_is_kept_as_the_settings_have_it(self, desk: Desk, receiver: Receiver) -> None:
        channel = connect(desk, receiver.url)
        saved = save(desk.deps, channel, settings=channel.settings | {"does": "points"})

        assert [channel.nature.value, saved.nature.value] == ["page_making", "pointing"]


class TestLostKey:
    def test_the_channel_says_so_and_its_job_is_held(self, desk: Desk, receiver: Receiver, clock: Clock) -> None:
        channel = connect(desk, receiver.url)
        desk.schedule()
        kept = key_file(desk.deps).read_text()
        key_file(desk.deps).unlink()
        clock.forward(minutes=2)
        desk.tick()

        assert channels.probe(desk.deps, channel.id).health is Health.BROKEN
        job = next(job for job in desk.jobs if job.channel_id == channel.id)
        assert job.state is JobState.HELD
        assert receiver.deliveries == []
        key_file(desk.deps).touch(mode=0o600)
        key_file(desk.deps).write_text(kept)
        assert credentials.opened(desk.deps, channel_of(desk.deps, channel.id)) == {"secret": SECRET}

    def test_with_the_key_back_the_job_goes_as_soon_as_somebody_asks(
        self, desk: Desk, receiver: Receiver, clock: Clock
    ) -> None:
        channel = connect(desk, receiver.url)
        desk.schedule()
        away = key_file(desk.deps).rename(desk.deps.config.instance_dir / "away")
        clock.forward(minutes=2)
        desk.tick()
        away.rename(key_file(desk.deps))
        channel_probes.ask_now(desk.deps, channel.id)
        desk.tick()

        job = next(job for job in desk.jobs if job.channel_id == channel.id)
        assert (job.state, len(receiver.deliveries)) == (JobState.SUCCEEDED, 1)

    def test_the_sentence_names_the_key(self, desk: Desk, receiver: Receiver) -> None:
        channel = connect(desk, receiver.url)
        key_file(desk.deps).unlink()
        with pytest.raises(Refused) as refused:
            channels.adapter_of(desk.deps, channel)

        assert channel.credential is not None
        assert channel.credential.key_id in str(refused.value)

    def test_new_credentials_take_the_place_of_what_does_not_open(self, desk: Desk, receiver: Receiver) -> None:
        channel = connect(desk, receiver.url)
        key_file(desk.deps).unlink()
        saved = save(desk.deps, channel, secret=OTHER)

        assert credentials.opened(desk.deps, saved) == {"secret": OTHER}

    def test_other_settings_can_be_saved_meanwhile(self, desk: Desk, receiver: Receiver) -> None:
        channel = connect(desk, receiver.url)
        key_file(desk.deps).unlink()

        assert save(desk.deps, channel, settings=channel.settings | {"timeout": 5}).settings["timeout"] == 5


class TestRotation:
    def test_everything_is_sealed_with_a_new_key(self, desk: Desk, receiver: Receiver) -> None:
        channel = connect(desk, receiver.url)
        before = credentials.ring(desk.deps.config).ids
        done = credentials.rotate(desk.deps)

        assert done.sealed == 1
        assert done.key_id not in before
        with desk.deps.sessions() as session:
            assert credentials.counts(session) == {done.key_id: 1}
        assert credentials.opened(desk.deps, channel_of(desk.deps, channel.id)) == {"secret": SECRET}

    def test_an_interrupted_run_is_brought_to_its_end_with_the_same_key(self, desk: Desk, receiver: Receiver) -> None:
        connect(desk, receiver.url)
        old = credentials.ring(desk.deps.config).keys
        credentials._write(key_file(desk.deps), (Fernet.generate_key().decode(), *old), replace=True)
        interrupted = credentials.ring(desk.deps.config).ids

        assert credentials.rotate(desk.deps).sealed == 1
        assert credentials.ring(desk.deps.config).ids == interrupted

    def test_keys_of_the_settings_are_used_in_their_order(self, desk: Desk, receiver: Receiver) -> None:
        channel = connect(desk, receiver.url)
        old, new = key_file(desk.deps).read_text().strip(), Fernet.generate_key().decode()
        deps = replace(
            desk.deps, config=desk.deps.config.model_copy(update={"credential_keys": SecretStr(f"{new},{old}")})
        )
        done = credentials.rotate(deps)

        assert done.key_id == credentials.id_of(new)
        assert credentials.opened(deps, channel_of(deps, channel.id)) == {"secret": SECRET}

    def test_what_does_not_open_is_named_and_the_rest_is_sealed(self, desk: Desk, receiver: Receiver) -> None:
        connect(desk, receiver.url)
        key_file(desk.deps).unlink()
        connect(desk, receiver.url + "/2", "Second")
        done = credentials.rotate(desk.deps)

        assert (done.sealed, done.closed) == (1, ("Hook",))


class TestCommand:
    @pytest.fixture(autouse=True)
    def _settings(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("EDITORIAL_INSTANCE_DIR", str(desk.deps.config.instance_dir))
        monkeypatch.setenv("EDITORIAL_DATABASE_URL", desk.deps.config.database_url)
        monkeypatch.setenv("EDITORIAL_LOG_LEVEL", "ERROR")

    def test_it_names_keys_and_shows_none(self, desk: Desk, receiver: Receiver) -> None:
        connect(desk, receiver.url)
        said = CliRunner().invoke(editorial, ["keys", "show", "--lang", "en"])

        assert said.exit_code == 0, said.output
        assert credentials.ring(desk.deps.config).ids[0] in said.output
        assert key_file(desk.deps).read_text().strip() not in said.output

    def test_it_fails_when_a_key_is_missing(self, desk: Desk, receiver: Receiver) -> None:
        connect(desk, receiver.url)
        key_file(desk.deps).unlink()

        assert CliRunner().invoke(editorial, ["keys", "show", "--lang", "en"]).exit_code == 1

    def test_it_renews(self, desk: Desk, receiver: Receiver) -> None:
        connect(desk, receiver.url)
        said = CliRunner().invoke(editorial, ["keys", "rotate", "--lang", "en"])

        assert re.fullmatch(r"1 channel is sealed with [0-9a-f]{8} now\.\n", said.output)

    def test_a_printed_key_is_one(self) -> None:
        said = CliRunner().invoke(editorial, ["keys", "new"])

        assert Fernet(said.output.strip()).encrypt(b"")


def test_secrets_whose_time_is_over_are_dropped(clock: Clock) -> None:
    secrets = {"secret": "a", "secret.previous": "b", "secret.previous_until": clock().isoformat()}

    assert channel_secrets.without_overdue(secrets, clock()) == {"secret": "a"}


def test_two_first_secrets_at_once_share_one_key(desk: Desk) -> None:
    path = key_file(desk.deps)
    path.parent.mkdir(parents=True, exist_ok=True)
    credentials._write(path, (Fernet.generate_key().decode(),), replace=False)
    first = path.read_text()
    credentials._write(path, (Fernet.generate_key().decode(),), replace=False)

    assert path.read_text() == first
    assert list(path.parent.iterdir()) == [path]
