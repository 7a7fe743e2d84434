"""A real bare git repository that a static site is built from, and an approved item that wants to go there."""

import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dulwich.objects import Blob, Commit, ObjectID, Tree
from dulwich.refs import HEADREF, Ref
from dulwich.repo import Repo
from sqlalchemy.orm import Session

from editorial.domain.locales import Language
from editorial.domain.messages import Message
from editorial.domain.packing import unpack
from editorial.domain.people import Role
from editorial.domain.rendering import parse_page
from editorial.domain.workflow import Status
from editorial.services import channels, follow_ups, job_decisions, publishing, scheduling
from editorial.services.deps import Deps
from editorial.services.scheduling import Planned
from editorial.store import content, distribution
from editorial.store.content import ContentItem, ItemRevision, Site
from editorial.store.distribution import DistributionJob
from editorial.store.people import Person, PersonRole

MAIN = Ref(b"refs/heads/main")
TITLE = "Gateway: “how to choose” 选型指南 🎉"
DESCRIPTION = "What to ask before you buy: 5 questions"


@dataclass(frozen=True)
class Repository:
    """The bare repository as its owner sees it."""

    path: Path

    @property
    def url(self) -> str:
        return f"file://{self.path}"

    def commits(self) -> list[Commit]:
        """The branch, newest first."""
        with Repo(str(self.path)) as repo:
            return [entry.commit for entry in repo.get_walker(include=[repo.refs[MAIN]])]

    def messages(self) -> list[str]:
        return [commit.message.decode() for commit in self.commits()]

    def with_key(self, key: str) -> list[str]:
        """Messages of the commits that carry the key."""
        return [message for message in self.messages() if f"Editorial-Key: {key}" in message.splitlines()]

    def file(self, path: str) -> bytes | None:
        """A file of the newest commit."""
        with Repo(str(self.path)) as repo:
            commit = repo[repo.refs[MAIN]]
            assert isinstance(commit, Commit)
            tree = repo[commit.tree]
            assert isinstance(tree, Tree)
            try:
                _, sha = tree.lookup_path(repo.object_store.__getitem__, path.encode())
            except KeyError:
                return None
            return repo[sha].as_raw_string()

    def page(self, path: str = "content/posts/gateway.md") -> dict[str, object]:
        data = self.file(path)
        assert data is not None
        return parse_page(data)[0]

    def push_by_somebody_else(self, name: str = "other.md") -> None:
        """A commit of another person, put on top of the branch."""
        with Repo(str(self.path)) as repo:
            commit = _commit_with(repo, name, parents=[repo.refs[MAIN]])
            repo.refs[MAIN] = commit.id

    def hook(self, name: str, script: str) -> None:
        path = self.path / "hooks" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)


def make_repository(folder: Path) -> Repository:
    path = folder / "site.git"
    path.mkdir()
    with Repo.init_bare(str(path)) as repo:
        commit = _commit_with(repo, "readme.md", parents=[])
        repo.refs[MAIN] = commit.id
        repo.refs.set_symbolic_ref(HEADREF, MAIN)
    return Repository(path)


def _commit_with(repo: Repo, name: str, parents: list[ObjectID]) -> Commit:
    blob, tree, commit = Blob.from_string(b"# Seed\n"), Tree(), Commit()
    if parents:
        parent = repo[parents[0]]
        assert isinstance(parent, Commit)
        before = repo[parent.tree]
        assert isinstance(before, Tree)
        for entry in before.iteritems():
            tree.add(entry.path, entry.mode, entry.sha)
    tree.add(name.encode(), 0o100644, blob.id)
    commit.tree, commit.parents = tree.id, parents
    commit.author = commit.committer = b"Somebody <somebody@example.com>"
    commit.author_time = commit.commit_time = 1_700_000_000
    commit.author_timezone = commit.commit_timezone = 0
    commit.message = b"Seed"
    repo.object_store.add_objects([(blob, None), (tree, None), (commit, None)])
    return commit


@dataclass
class Desk:
    """A desk with one site, one git channel and one approved item, and what a test does with them."""

    deps: Deps
    repository: Repository
    item_id: int
    channel_id: int
    publisher: Person

    def schedule(self, *, at: datetime | None = None, wait: timedelta = timedelta(minutes=2)) -> Planned:
        """Plan the item, two minutes ahead unless told otherwise, in Shanghai's wall time."""
        instant = at or self.deps.now() + wait
        return self.schedule_wall(instant.astimezone(UTC).replace(tzinfo=None) + timedelta(hours=8), "Asia/Shanghai")

    def schedule_wall(self, wall: datetime, zone: str, *, fold: int = 0) -> Planned:
        with self.deps.sessions.begin() as session:
            return scheduling.schedule(
                session,
                self.item_id,
                wall=wall,
                zone=zone,
                fold=fold,
                actor=self.publisher,
                version=None,
                now=self.deps.now(),
                token=self.deps.token,
            )

    def unschedule(self) -> None:
        with self.deps.sessions.begin() as session:
            scheduling.unschedule(session, self.item_id, actor=self.publisher, version=None, now=self.deps.now())

    def cancel(self, job_id: int) -> None:
        """What the button on a job's page does."""
        with self.deps.sessions.begin() as session:
            job_decisions.cancel(session, self.deps, job_id, self.publisher)

    def tick(self) -> int:
        """What the clock does in its second: hand out, claim, send. Returns how many jobs were run."""
        with self.deps.sessions.begin() as session:
            distribution.dispatch_due(session, self.deps.now(), 100)
        claimed = publishing.claim_some(self.deps, 10)
        for job_id in claimed:
            publishing.run(self.deps, job_id)
        return len(claimed)

    def reap(self) -> int:
        """What the clock does every few seconds."""
        reaped = follow_ups.reap_leases(self.deps)
        for job_id in follow_ups.to_follow_up(self.deps, 10):
            follow_ups.follow_up(self.deps, job_id)
        return reaped

    @property
    def job(self) -> DistributionJob:
        """The newest job of the item, with its attempts."""
        return self.jobs[0]

    @property
    def jobs(self) -> Sequence[DistributionJob]:
        """The jobs of the item, newest first."""
        with self.deps.sessions() as session:
            return distribution.jobs_of_item(session, self.item_id)

    @property
    def reason(self) -> Message:
        """Why the newest job is not done."""
        packed = self.job.last_error
        assert packed is not None
        return unpack(packed)

    @property
    def item(self) -> ContentItem:
        with self.deps.sessions() as session:
            return content.get_item(session, self.item_id)


def make_desk(deps: Deps, repository: Repository, **settings: object) -> Desk:
    now = deps.now()
    with deps.sessions.begin() as session:
        publisher = Person(
            name="Pia",
            email="pia@example.com",
            language=Language.EN,
            zone="Asia/Shanghai",
            created_at=now,
            grants=[PersonRole(role=Role.PUBLISHER)],
        )
        pattern = str(settings.get("url_pattern", "https://www.example.com/posts/{slug}/"))
        site = Site(
            name="Site",
            base_url="/".join([*pattern.split("/")[:3], ""]),
            language=Language.ZH,
            zone="Asia/Shanghai",
            created_at=now,
        )
        session.add_all([publisher, site])
        session.flush()
        channel = channels.create(
            session,
            deps,
            kind="git",
            name="Website",
            site_id=site.id,
            actor_id=publisher.id,
            settings={"repository": repository.url, "url_pattern": "https://www.example.com/posts/{slug}/"} | settings,
        )
        item = add_item(deps, session, site.id, publisher)
        session.flush()
        return Desk(deps, repository, item.id, channel.id, publisher)


def add_item(deps: Deps, session: Session, site_id: int, owner: Person, slug: str = "gateway") -> ContentItem:
    """One approved item."""
    now = deps.now()
    hashed = content.hash_of(title=TITLE, slug=slug, description=DESCRIPTION, body="Body.", language="zh_Hans_CN")
    item = ContentItem(
        type_id=3,
        title=TITLE,
        slug=slug,
        language=Language.ZH,
        description=DESCRIPTION,
        body="Body.",
        status=Status.APPROVED,
        site_id=site_id,
        owner_id=owner.id,
        content_hash=hashed,
        approved_hash=hashed,
        review_hash=hashed,
        created_at=now,
        updated_at=now,
    )
    session.add(item)
    session.flush()
    kept = {name: getattr(item, name) for name in ("title", "slug", "description", "body", "content_hash")}
    session.add(ItemRevision(item_id=item.id, n=1, **kept, author_id=owner.id, created_at=now))
    return item
