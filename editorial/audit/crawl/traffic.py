"""What may be asked of each host now, and the worker programs that ask."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from editorial.audit.crawl.politeness import Host
from editorial.audit.crawl.pool import Job, WorkerPool
from editorial.domain.urls import netloc_of

DEPTH = 64  # jobs a worker program may have waiting
SLOW = 0.1  # seconds between two requests from which on nothing waits in a worker: it could not be called back


class Traffic:
    """Gives jobs to the pool at the pace of their hosts."""

    def __init__(self, pool: WorkerPool, rate: float, connections: int, clock: Callable[[], float]) -> None:
        """Make it.

        Args:
            rate: requests a second and host.
            connections: of one host.
            clock: monotonic seconds.
        """
        self._pool, self._rate, self._connections, self._clock = pool, rate, connections, clock
        self._hosts: dict[str, Host] = {}
        self._before: Mapping[str, Mapping[str, Any]] = {}
        self._passed = 0.0
        self.look_at = clock()
        """When something may be given out that may not be now."""

    def host(self, netloc: str) -> Host:
        """The pace of a host."""
        host = self._hosts.get(netloc)
        if host is None:
            host = self._hosts[netloc] = Host(1 / self._rate, self._connections)
            host.next_at = now = self._clock()
            if netloc in self._before:
                host.take_up(self._before[netloc], now, self._passed)
        return host

    def take_up(self, pictures: Mapping[str, Mapping[str, Any]], passed: float) -> None:
        """Ask hosts as before an interruption that began `passed` seconds ago."""
        self._before, self._passed = pictures, passed

    def pictures(self) -> dict[str, dict[str, Any]]:
        """How hosts are asked that slowed us down; those not asked since an interruption as they were then."""
        now = self._clock()
        left = {netloc: dict(each) for netloc, each in self._before.items() if netloc not in self._hosts}
        return left | {netloc: host.picture(now) for netloc, host in self._hosts.items() if host.why}

    def host_of(self, url: str) -> Host:
        """The pace of the host of an address."""
        return self.host(netloc_of(url))

    def look_by(self, moment: float) -> None:
        """Look again at this moment at the latest."""
        self.look_at = min(self.look_at, moment)

    def room(self, host: Host, now: float) -> int:
        """How many jobs of a host may leave now."""
        room = min(host.may_take(now), self._workers(host) * DEPTH - host.active, self._pool.free(DEPTH))
        return min(room, host.connections - host.active) if host.interval >= SLOW else room

    def give(self, host: Host, jobs: Sequence[Job], now: float) -> None:
        """Let jobs of one host leave."""
        host.took(len(jobs), now)
        workers = self._workers(host)
        share = -(-len(jobs) // workers)
        for place in range(0, len(jobs), share):
            self._pool.send(jobs[place : place + share], connections=max(1, host.connections // workers))

    def _workers(self, host: Host) -> int:
        """Programs that share a host: each keeps one of its connections at least."""
        return min(self._pool.size, host.connections)
