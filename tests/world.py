"""A small believable desk, made through the services: what pages are looked at with."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from dulwich.repo import Repo

from editorial.domain.locales import Language
from editorial.domain.people import Role
from editorial.domain.workflow import Status
from editorial.services import approvals, campaigns, channels, checklists, content, moving, scheduling
from editorial.services.campaigns import CampaignDraft
from editorial.services.content import Draft
from editorial.services.deps import Deps
from editorial.store.content import ContentItem, Site
from editorial.store.people import Person
from tests.web import add_person, add_workspace

TITLES = (
    ("Predictive maintenance: what a CFO will ask", Language.EN),
    ("钢厂轴承温升怎么看", Language.ZH),
    ("Q&A: data residency, for the CTO", Language.EN),
    ("Huarui Bearings: 38% fewer unplanned stops", Language.EN),
    ("双十二不停机：食品厂的三条经验", Language.ZH),
    ("What a sensor gateway may never do", Language.EN),
    ("Three alarms nobody should silence", Language.EN),
    ("Mount a sensor in 4 minutes", Language.EN),
    ("一页纸：十二家标杆客户", Language.ZH),
    ("From vibration data to a maintenance plan", Language.EN),
)
STAGES = (
    Status.IDEA,
    Status.BRIEF,
    Status.IN_PRODUCTION,
    Status.IN_REVIEW,
    Status.CHANGES_REQUESTED,
    Status.APPROVED,
    Status.SCHEDULED,
    Status.PUBLISHED,
    Status.IN_REVIEW,
    Status.SCHEDULED,
)
BODY = """In 43 plants an unplanned stop cost **3,800 to 21,500** an hour.

## Why

- lost output
- overtime, scrap and the restart
"""


@dataclass
class World:
    """The people, the site and the items of the desk."""

    deps: Deps
    mei: Person
    li: Person
    site: Site
    channel_id: int
    today: date
    items: list[ContentItem] = field(default_factory=list)


def make_world(deps: Deps, folder: Path, *, items: int = 10, base_url: str = "https://northgauge.example/") -> World:
    """A desk with two people, one site with a git channel, and `items` items around today."""
    add_workspace(deps)
    mei = add_person(deps, "Mei Lin")
    li = add_person(deps, "Li Hang", Role.EDITOR, Role.APPROVER, language=Language.ZH)
    bare = folder / "world.git"
    bare.mkdir(parents=True)
    Repo.init_bare(str(bare)).close()
    now = deps.now()
    with deps.sessions.begin() as session:
        site = Site(name="Northgauge", base_url=base_url, language=Language.EN, zone="Asia/Shanghai", created_at=now)
        session.add(site)
        session.flush()
        channel = channels.create(
            session,
            deps,
            kind="git",
            name="Website",
            site_id=site.id,
            actor_id=mei.id,
            settings={"repository": f"file://{bare}", "url_pattern": base_url + "posts/{slug}/"},
        )
    world = World(deps, mei, li, site, channel.id, (now + timedelta(hours=8)).date())
    with deps.sessions.begin() as session:
        campaigns.create(session, deps, mei, CampaignDraft("CFO questions", "Thirty demo requests by March."))
    for number in range(items):
        world.items.append(add_item(world, number))
    return world


def add_item(world: World, number: int) -> ContentItem:
    """The item of that number, led to its stage by the services."""
    deps, mei = world.deps, world.mei
    title, language = TITLES[number % len(TITLES)]
    stage = STAGES[number % len(STAGES)]
    round_ = number // len(TITLES)
    draft = Draft(
        type_id=number % 12 + 1,
        title=title + (f" ({round_ + 1})" if round_ else ""),
        language=language,
        body=BODY,
        description="What an hour of standstill costs, and when it pays back.",
        owner_id=(mei, world.li)[number % 2].id,
        site_id=world.site.id,
        cells=frozenset({(number % 4 + 1, number % 7 + 1)}),
        campaign_id=1 if number % 3 == 0 else None,
    )
    day = (
        None
        if number % 7 == 6 and stage not in {Status.SCHEDULED, Status.PUBLISHED}
        else world.today + timedelta(days=(number * 3) % 25 - 9)
    )
    with deps.sessions.begin() as session:
        item_id = content.create(session, deps, mei, draft, target_date=day).id
    _lead(world, item_id, stage, number)
    with deps.sessions() as session:
        return session.get_one(ContentItem, item_id)


def _lead(world: World, item_id: int, stage: Status, number: int) -> None:
    deps, mei = world.deps, world.mei
    for step in (Status.BRIEF, Status.IN_PRODUCTION, Status.IN_REVIEW):
        if stage is Status.IDEA:
            return
        with deps.sessions.begin() as session:
            item = session.get_one(ContentItem, item_id)
            if step is Status.IN_REVIEW:
                for point in checklists.points(session, item):
                    checklists.tick(session, deps, mei, item_id, point.key, done=True)
            moving.move(session, deps, item, step, mei)
        if step is stage:
            return
    with deps.sessions.begin() as session:
        version = session.get_one(ContentItem, item_id).version
        if stage is Status.CHANGES_REQUESTED:
            approvals.ask_for_changes(
                session, deps, mei, item_id, version=version, comment="Range from the survey, please."
            )
            return
        approvals.approve(session, deps, world.li, item_id, version=version)
    if stage is Status.APPROVED:
        return
    with deps.sessions.begin() as session:
        item = session.get_one(ContentItem, item_id)
        if stage is Status.PUBLISHED:
            item.url = item.url_n2 = f"{world.site.base_url}posts/{item.slug}/"
            item.published_at = deps.now() - timedelta(days=2)
            moving.move(session, deps, item, Status.PUBLISHED, mei, evidence_url=item.url)
        else:
            wall = (deps.now() + timedelta(hours=8, days=1 + number % 9)).replace(
                tzinfo=None, hour=10, minute=0, second=0, microsecond=0
            )
            scheduling.schedule(
                session,
                item_id,
                wall=wall,
                zone="Asia/Shanghai",
                actor=mei,
                version=None,
                now=deps.now(),
                token=deps.token,
            )
