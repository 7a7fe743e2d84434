"""The log of the web floor."""

import structlog

log: structlog.stdlib.BoundLogger = structlog.get_logger("editorial.web")
