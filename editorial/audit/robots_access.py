"""What robots.txt says of one page to each crawler that a report names.

A crawler of Google's family obeys the group of its own token, and without one that of `googlebot`; only then `*`.
Source: RFC 9309, 2.2.1; developers.google.com/search/docs/crawling-indexing/google-common-crawlers.
"""

from editorial.audit.facts import RobotsTxt
from editorial.audit.rule import Engine
from editorial.domain.robots import PARENTS, Robots

EVERYONE = "*"


def verdicts(robots: Robots, url: str) -> tuple[RobotsTxt, ...]:
    """One entry an engine, one for everyone, and one for each part of an engine that has a group of its own."""
    named = {token for group in robots.groups for token in group.tokens}
    agents = [engine.agent for engine in Engine] + [EVERYONE] + [part for part in PARENTS if part in named]
    return tuple(_verdict(robots, agent, url) for agent in agents)


def _verdict(robots: Robots, agent: str, url: str) -> RobotsTxt:
    verdict = robots.decide("" if agent == EVERYONE else agent, url)
    return RobotsTxt(agent, verdict.allowed, verdict.line_text)
