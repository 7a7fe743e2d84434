"""From a response to the facts of a page, in one pass over its tree."""

from editorial.audit.facts import PageFacts, Response


def gather(response: Response) -> PageFacts:
    """Read everything the rules judge from one response.

    Never raises on content: what cannot be read is missing in the facts. The caller limits bytes and CPU time.
    """
    return PageFacts(response.url, response.final_url, response.status, error=response.error)
