"""A desk with a writer, an approver, a publisher, one site with a channel, and an item in each hand."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Flask

from editorial.domain.locales import Language
from editorial.domain.people import Role
from editorial.domain.workflow import Status
from editorial.services import approvals, checklists, content, moving, scheduling
from editorial.services.content import Draft
from editorial.services.deps import Deps
from editorial.store.content import ContentItem, Site, get_item
from editorial.store.distribution import Channel
from editorial.store.people import Person
from tests.web import Visitor, add_person, add_workspace, application, visitor

SLOT = datetime(2026, 12, 15, 10, 0)
ZONE = "Asia/Shanghai"


@dataclass
class Desk:
    """People and what they do, each step in a transaction of its own."""

    deps: Deps
    app: Flask
    admin: Person
    writer: Person
    approver: Person
    viewer: Person
    site_id: int

    def draft(self, **of: Any) -> Draft:
        values: dict[str, Any] = {
            "type_id": 1,
            "title": "What a CFO will ask",
            "language": Language.EN,
            "body": "A finance chief hears a number.",
            "owner_id": self.writer.id,
            "site_id": self.site_id,
            "cells": frozenset({(2, 4), (4, 6)}),
            "primary": (4, 6),
        }
        return Draft(**(values | of))

    def create(self, day: date | None = None, **of: Any) -> int:
        with self.deps.sessions.begin() as session:
            return content.create(session, self.deps, self.writer, self.draft(**of), target_date=day).id

    def item(self, item_id: int) -> ContentItem:
        with self.deps.sessions() as session:
            return get_item(session, item_id)

    def save(self, item_id: int, version: int | None = None, **of: Any) -> content.Saved:
        version = version or self.item(item_id).version
        with self.deps.sessions.begin() as session:
            return content.save(session, self.deps, self.writer, item_id, self.draft(**of), version=version)

    def move(self, item_id: int, to: Status, *, comment: str = "") -> None:
        if to is Status.IN_REVIEW:
            self.tick_all(item_id)
        with self.deps.sessions.begin() as session:
            moving.move(session, self.deps, get_item(session, item_id), to, self.admin, comment=comment)

    def tick_all(self, item_id: int) -> None:
        """Everything on the checklist is done."""
        with self.deps.sessions.begin() as session:
            for point in checklists.points(session, get_item(session, item_id)):
                checklists.tick(session, self.deps, self.writer, item_id, point.key, done=True)

    def approved(self, day: date | None = None, **of: Any) -> int:
        """An item that went the whole way to its approval."""
        item_id = self.create(day, **of)
        for step in (Status.BRIEF, Status.IN_PRODUCTION, Status.IN_REVIEW):
            self.move(item_id, step)
        with self.deps.sessions.begin() as session:
            version = get_item(session, item_id).version
            approvals.approve(session, self.deps, self.approver, item_id, version=version)
        return item_id

    def scheduled(self, wall: datetime = SLOT, **of: Any) -> int:
        """An item that waits for its minute."""
        item_id = self.approved(**of)
        with self.deps.sessions.begin() as session:
            scheduling.schedule(
                session,
                item_id,
                wall=wall,
                zone=ZONE,
                actor=self.admin,
                version=None,
                now=self.deps.now(),
                token=self.deps.token,
            )
        return item_id

    def published(self, **of: Any) -> int:
        item_id = self.approved(**of)
        with self.deps.sessions.begin() as session:
            item = get_item(session, item_id)
            item.url = item.url_n2 = f"https://northgauge.example/{item.slug}/"
            moving.move(session, self.deps, item, Status.PUBLISHED, self.admin, evidence_url=item.url)
        return item_id

    def as_(self, person: Person) -> Visitor:
        return visitor(self.app, self.deps, person)


def make_desk(deps: Deps) -> Desk:
    """A desk on which nothing is planned yet."""
    add_workspace(deps)
    with deps.sessions.begin() as session:
        site = Site(
            name="Northgauge",
            base_url="https://northgauge.example/",
            language=Language.EN,
            zone=ZONE,
            created_at=deps.now(),
        )
        session.add(site)
        session.flush()
        session.add(Channel(kind="git", name="Website", site_id=site.id, settings={}, created_at=deps.now()))
    return Desk(
        deps,
        application(deps),
        add_person(deps, "Mei Lin"),
        add_person(deps, "Li Hang", Role.CONTRIBUTOR),
        add_person(deps, "Sara Olsen", Role.APPROVER),
        add_person(deps, "Tom Reed", Role.VIEWER),
        site.id,
    )
