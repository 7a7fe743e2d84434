"""`editorial audit --external`: links to other sites are asked between the crawl and the judgement."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import click

from editorial.adapters.link_ask import LinkAsker
from editorial.cli.language import say
from editorial.cli.scratch import scratch
from editorial.domain.addresses import AllowList
from editorial.domain.messages import N_, NP_, Message
from editorial.services import external_now
from editorial.services.auditing import AuditParts, user_agent
from editorial.services.external_asking import Asking
from editorial.services.external_now import Asked
from editorial.store.relations import LOOKS_OUTSIDE


@contextmanager
def parts_for(options: Mapping[str, object], allow: AllowList) -> Iterator[AuditParts]:
    """The parts of an audit with these options; what became of links to other sites is said at the end."""
    workers = min(int(str(options["connections"])), max(1, (os.cpu_count() or 1) - 1))
    with scratch(workers=workers, allow=allow) as parts:
        if not options.get(LOOKS_OUTSIDE):
            yield parts
            return
        ask = LinkAsker(agent=user_agent(parts.contact), allow=allow, resolve=parts.resolve).ask
        asking = Asking(parts.sessions, parts.now, parts.worker, ask)
        asked: list[Asked] = []
        yield replace(parts, before_verdict=lambda audit_id: asked.append(external_now.ask_now(asking, audit_id)))
    for told in asked:
        for line in _lines(told):
            click.echo(say(line), err=True)


def _lines(told: Asked) -> Iterator[Message]:
    says = NP_("%(count)s target on other sites was asked.", "%(count)s targets on other sites were asked.")
    yield Message.counted(says, told.asked)
    if told.unclear:
        unclear = NP_("%(count)s of them gave no clear answer.", "%(count)s of them gave no clear answer.")
        yield Message.counted(unclear, told.unclear)
    if told.targets > told.asked:
        yield Message(N_("%(count)s more were left alone."), {"count": told.targets - told.asked})
