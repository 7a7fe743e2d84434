"""The channel “static-site git repository”: one Markdown page with front matter, one commit, one push.

Nothing is checked out: the page is put into the newest tree in a throw-away repository of its own, so that no lock,
no half-written file and no link of a working tree can stand in the way. The branch moves only from the commit that we
built on, so two pushers can't undo one another, and the same job can't be committed twice.
"""

import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import ClassVar
from urllib.parse import SplitResult, unquote, urlsplit

from dulwich.client import GitClient, HTTPUnauthorized
from dulwich.errors import GitProtocolError, HangupException, NotGitRepository
from dulwich.objects import Blob, Commit, ObjectID, ShaFile, Tree
from dulwich.pack import pack_objects_to_data
from dulwich.refs import Ref
from dulwich.repo import Repo

from editorial.adapters.channels.base import Limits, Surroundings
from editorial.adapters.channels.git_faults import short_cause, unreachable
from editorial.adapters.channels.git_settings import GitSettings
from editorial.adapters.channels.git_transport import TimeLimit, client_for, credentials_of, is_repository, push_status
from editorial.adapters.channels.hugo_text import hugo_text
from editorial.adapters.channels.patterns import parameters
from editorial.domain.jobs import Nature, NotSent, Receipt, Refused, Unclear
from editorial.domain.messages import N_, Message
from editorial.domain.rendering import BrokenPage, Piece, Rendered, one_line, page, parse_page

logging.getLogger("dulwich").setLevel(logging.ERROR)  # a server that leaves nothing out is not worth a line

TRAILER = "Editorial-Key"
KEY_FIELD = "editorial_key"
_RECENT = 20  # commits that every push looks through for its own key
_FILE, _FOLDER = 0o100644, 0o040000
_RACE = ("fetch first", "non-fast-forward", "failed to update ref", "cannot lock ref", "failed to lock", "stale info")
_AUTH = ("permission denied", "authentication failed", "host key verification failed", "access denied", "not found")
_FORBIDDEN = "lies inside a private network"  # what the guard says, by whichever way it comes
_TRIES = 5


class _Moved(Exception):
    """Somebody else pushed in between; nothing of ours was sent."""


@dataclass
class _Conversation:
    """One throw-away repository and the client that fills it."""

    repo: Repo
    client: GitClient
    path: str
    head: ObjectID
    sent: bool = False
    heard: list[str] = field(default_factory=list)
    """What the other side said while it took the push: the words of its hooks."""

    @property
    def tip(self) -> Commit:
        """The newest commit of the branch."""
        return _commit(self.repo, self.head)


class GitChannel:
    """Git over file, ssh and https. The receipt's id is the commit."""

    kind: ClassVar[str] = "git"
    by_hand: ClassVar[bool] = False
    limits: ClassVar[Limits] = Limits()
    time_limit: ClassVar[float] = 90.0
    finds: ClassVar[bool] = True

    def __init__(self, settings: GitSettings, surroundings: Surroundings) -> None:
        self._settings, self._surroundings = settings, surroundings
        self._url: SplitResult = urlsplit(settings.repository)
        self._ref = Ref(b"refs/heads/" + settings.branch.encode())

    @property
    def nature(self) -> Nature:
        """It makes the page."""
        return Nature.PAGE_MAKING

    @property
    def remembers(self) -> timedelta:
        """`find` tells for sure instead."""
        return timedelta(0)

    @property
    def live_check(self) -> bool:
        """Whether a job succeeds only when its page was seen."""
        return self._settings.live_check

    def url_of(self, piece: Piece) -> str:
        """Where the piece will be read."""
        return self._settings.url_pattern.format(**parameters(piece))

    def render(self, piece: Piece, key: str = "") -> Rendered:
        """Path in the repository and the page's bytes. Pure.

        Raises:
            Refused: the page could not be read back as it was meant; a broken page would stop the whole site's build.
        """
        path = self._settings.content_path.format(**parameters(piece))
        title = one_line(piece.title)
        front: dict[str, str | bool] = {
            "title": title,
            "description": one_line(piece.description),
            # a quoted date: generators read it, and no version of YAML turns it into another zone
            "date": piece.published_at.isoformat(timespec="seconds"),
            "slug": piece.slug,
            "canonical": self.url_of(piece),
            "language": piece.language,
            "draft": False,
            KEY_FIELD: key,
        }
        data = page(front, hugo_text(piece.body))
        try:
            read, _ = parse_page(data)
        except BrokenPage as error:
            raise _unreadable() from error
        if read != front or not title:
            raise _unreadable()
        return Rendered(path, data)

    def publish(self, piece: Piece, *, key: str) -> Receipt:
        """Commit the page and push it. A page that is there with our key already is a success, not a second commit."""
        path, data = self.render(piece, key)
        url = self.url_of(piece)
        for _ in range(_TRIES):
            with self._conversation(depth=_RECENT) as talk:
                if (there := _with_key(talk, key)) is not None:
                    return _receipt(there, url)
                commit, objects = self._commit(talk, path, data, piece, key)
                try:
                    self._push(talk, commit, objects)
                except _Moved:
                    continue
                return _receipt(commit.id, url)
        raise NotSent(Message(N_("Others kept pushing to the same branch.")), retry_after=30)

    def find(self, key: str) -> Receipt | None:
        """Look through the whole branch for the commit with our key."""
        with self._conversation(depth=None, only_commits=True) as talk:
            commit = _with_key(talk, key)
            return _receipt(commit) if commit else None

    def check(self) -> None:
        """Reach the repository, see the branch, and, for a local one, be allowed to write."""
        if self._url.scheme == "file":
            self._check_folder()
        if self._url.scheme == "ssh" and shutil.which("ssh") is None:
            raise Refused(
                Message(N_("This machine has no ssh program.")),
                hint=Message(N_("Install OpenSSH's client, or use https.")),
                field="repository",
            )
        limit = TimeLimit()
        with limit.within(self.time_limit / 3), self._as_answers(lambda: False):
            client, path = client_for(self._url, self._surroundings, limit)
            refs = client.get_refs(path.encode()).refs
            if self._url.scheme in {"http", "https"} and push_status(self._url, self._surroundings) in {401, 403}:
                raise self._unauthorized()  # reading is open to everybody, writing is not open to us
        if self._ref not in refs:
            raise self._no_branch()

    def _check_folder(self) -> None:
        folder = Path(unquote(self._url.path))
        if not is_repository(folder):
            raise self._no_repository()
        inner = folder if (folder / "objects").is_dir() else folder / ".git"
        try:
            with tempfile.TemporaryFile(dir=inner / "objects"):
                pass
        except OSError as error:
            raise Refused(
                Message(N_("Editorial may not write into %(folder)s."), {"folder": str(folder)}),
                hint=Message(N_("Give its system account the right to write there.")),
                field="repository",
            ) from error

    def _expect_repository(self) -> None:
        """Refuse a folder that is there and holds something else; one that is away may come back, such as a mount."""
        folder = Path(unquote(self._url.path))
        if self._url.scheme == "file" and os.access(folder, os.X_OK) and not is_repository(folder):
            raise self._no_repository()

    @contextmanager
    def _conversation(self, depth: int | None, *, only_commits: bool = False) -> Iterator[_Conversation]:
        """Fetch the branch into a repository that is gone afterwards."""
        limit = TimeLimit()
        with tempfile.TemporaryDirectory(prefix="editorial-git-") as folder, limit.within(self.time_limit):
            repo = Repo.init_bare(folder)
            talk: _Conversation | None = None
            try:
                with self._as_answers(lambda: talk is not None and talk.sent):
                    self._expect_repository()
                    client, path = client_for(self._url, self._surroundings, limit)
                    spec = b"tree:0" if only_commits else None  # a server that can't leave the files out sends them
                    fetched = client.fetch(path, repo, determine_wants=self._wants, depth=depth, filter_spec=spec)
                    head = fetched.refs.get(self._ref)
                    if head is None:
                        raise self._no_branch()
                    talk = _Conversation(repo, client, path, head)
                    yield talk
            finally:
                repo.close()

    def _wants(self, refs: Mapping[Ref, ObjectID], depth: int | None = None) -> list[ObjectID]:
        return [refs[self._ref]] if self._ref in refs else []

    def _commit(
        self, talk: _Conversation, path: str, data: bytes, piece: Piece, key: str
    ) -> tuple[Commit, list[ShaFile]]:
        """The commit that adds or replaces the page, with every new object that it needs."""
        blob = Blob.from_string(data)
        objects: list[ShaFile] = [blob]
        root = _with_file(talk.repo, talk.tip.tree, PurePosixPath(path).parts, blob.id, objects)
        commit = Commit()
        commit.tree, commit.parents = root, [talk.head]
        who = f"{self._settings.author_name} <{self._settings.author_email}>".encode()
        commit.author = commit.committer = who
        commit.author_time = commit.commit_time = int(self._surroundings.now().timestamp())
        commit.author_timezone = commit.commit_timezone = 0
        commit.encoding = b"UTF-8"
        verb = "Update" if piece.update else "Publish"
        commit.message = f"{verb}: {one_line(piece.title)}\n\n{TRAILER}: {key}\n".encode()
        return commit, [*objects, commit]

    def _push(self, talk: _Conversation, commit: Commit, objects: list[ShaFile]) -> None:
        def update(refs: dict[Ref, ObjectID]) -> dict[Ref, ObjectID]:
            if refs.get(self._ref) != talk.head:
                raise _Moved
            talk.sent = True  # from here on a lost answer may hide a push that arrived
            return {self._ref: commit.id}

        def pack(*_: object, **__: object) -> object:
            return pack_objects_to_data([(each, None) for each in objects])

        def hear(words: bytes) -> None:
            talk.heard.append(words.decode(errors="replace"))

        result = talk.client.send_pack(talk.path.encode(), update, pack, progress=hear)  # type: ignore[arg-type]
        said = (result.ref_status or {}).get(self._ref)
        if said is None:
            return
        talk.sent = False  # an answer came, and it says no
        if any(word in said for word in _RACE) or said.startswith("unable to set"):
            raise _Moved
        words = one_line(" ".join(talk.heard))[:200]
        raise _declined(f"{said}. {words}".rstrip(". "))

    @contextmanager
    def _as_answers(self, sent: Callable[[], bool]) -> Iterator[None]:
        """Turn what git and the network raise into one of the channel's answers."""
        try:
            yield
        except PermissionError as error:
            raise self._private() from error
        except NotGitRepository as error:
            raise self._no_repository() from error
        except HTTPUnauthorized as error:
            raise self._unauthorized() from error
        except (Refused, NotSent, Unclear, _Moved):
            raise
        except Exception as error:  # of git, of the network, or of an object that is broken over there
            words = _words(error)
            if _FORBIDDEN in words:
                raise self._private() from error
            if "pre-receive hook" in words:  # said on the line for fatal words, before anything was taken
                raise _declined(words) from error
            if sent():
                raise Unclear from error
            raise self._not_sent(words, error) from error

    def _not_sent(self, words: str, error: Exception) -> Refused | NotSent:
        if any(word in words.lower() for word in _AUTH):
            return self._closed_to_us(words)
        if "not appear to be a git repository" in words and self._url.scheme != "file":
            return self._no_repository()
        return NotSent(unreachable(error, self._url.hostname or "", words or type(error).__name__))

    def _private(self) -> Refused:
        return Refused(
            Message(N_("%(host)s lies inside a private network."), {"host": self._url.hostname or ""}),
            hint=Message(N_("An administrator can open that network with EDITORIAL_ALLOW_PRIVATE.")),
            field="repository",
        )

    def _unauthorized(self) -> Refused:
        host = self._url.hostname or ""
        if credentials_of(self._surroundings)[1] is None:
            return Refused(
                Message(N_("The repository asks for a password, and Editorial has none.")),
                hint=Message(N_("Give the channel a token, or use ssh with a key of this machine.")),
                field="repository",
            )
        return Refused(
            Message(N_("%(host)s does not let this token push."), {"host": host}),
            hint=Message(N_("Make a token there that may write to the repository, and put it into the channel.")),
            field="repository",
        )

    def _closed_to_us(self, said: str) -> Refused:
        return Refused(
            Message(N_("The repository does not let Editorial in: %(said)s"), {"said": short_cause(said)}),
            hint=Message(N_("Look at its address, at the key of this machine and at the known hosts.")),
            field="repository",
        )

    def _no_repository(self) -> Refused:
        where = self._url.path if self._url.scheme == "file" else f"{self._url.hostname}{self._url.path}"
        return Refused(
            Message(N_("There is no git repository in %(folder)s."), {"folder": unquote(where)}),
            hint=Message(N_("Name the folder that holds it, such as file:///srv/git/site.git.")),
            field="repository",
        )

    def _no_branch(self) -> Refused:
        return Refused(
            Message(N_("The repository has no branch “%(branch)s”."), {"branch": self._settings.branch}),
            hint=Message(N_("Create the branch, or name another one.")),
            field="branch",
        )


def _declined(said: str) -> Refused:
    return Refused(
        Message(N_("The repository refused the push: %(said)s"), {"said": said}),
        hint=Message(N_("Look at the rules of the branch and at the hooks of the repository, then plan it again.")),
    )


def _unreadable() -> Refused:
    return Refused(
        Message(N_("The page could not be written so that it reads back as it was meant.")),
        hint=Message(N_("Look for unusual characters in title and description.")),
        field="title",
    )


def _commit(repo: Repo, commit_id: ObjectID) -> Commit:
    found = repo.object_store[commit_id]
    if not isinstance(found, Commit):
        raise GitProtocolError("the branch does not point at a commit")
    return found


def _tree(repo: Repo, tree_id: ObjectID) -> Tree:
    found = repo.object_store[tree_id]
    if not isinstance(found, Tree):
        raise GitProtocolError("a commit without a tree")
    return found


def _with_key(talk: _Conversation, key: str) -> ObjectID | None:
    """The commit on the fetched part of the branch whose trailer is our key."""
    wanted = f"{TRAILER}: {key}".encode()
    seen: set[ObjectID] = set()
    waiting = [talk.head]
    while waiting:
        commit_id = waiting.pop()
        if commit_id in seen or commit_id not in talk.repo.object_store:
            continue  # beyond the fetched part
        seen.add(commit_id)
        commit = _commit(talk.repo, commit_id)
        if wanted in commit.message.splitlines():
            return commit_id
        waiting.extend(commit.parents)
    return None


def _with_file(
    repo: Repo, tree_id: ObjectID | None, parts: tuple[str, ...], blob: ObjectID, objects: list[ShaFile]
) -> ObjectID:
    """The id of a copy of the tree that has the file; new trees are added to `objects`."""
    tree = Tree()
    if tree_id is not None:
        for entry in _tree(repo, tree_id).iteritems():
            tree.add(entry.path, entry.mode, entry.sha)
    name, rest = parts[0].encode(), parts[1:]
    mode, inner = tree[name] if name in tree else (None, None)  # noqa: SIM401 -- a Tree has no get
    if mode is not None and (mode == _FOLDER) != bool(rest):
        is_none = N_("“%(name)s” is no folder in the repository.") if rest else N_("“%(name)s” is a folder there.")
        raise Refused(
            Message(is_none, {"name": parts[0]}),
            hint=Message(N_("Choose another path for the pages.")),
            field="content_path",
        )
    if rest:
        tree.add(name, _FOLDER, _with_file(repo, inner, rest, blob, objects))
    else:
        tree.add(name, _FILE, blob)
    objects.append(tree)
    return tree.id


def _receipt(commit: ObjectID, url: str | None = None) -> Receipt:
    return Receipt(external_id=commit.decode(), url=url, evidence={"commit": commit.decode()})


def _words(error: Exception) -> str:
    """What the other side or the network said, on one line."""
    if isinstance(error, HangupException) and error.stderr_lines:
        return one_line(b" ".join(error.stderr_lines).decode(errors="replace"))[:200]
    return one_line(str(error))[:400]
