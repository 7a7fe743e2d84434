"""For other servers: `app` without a clock. The one-machine start is `editorial serve`."""

from editorial.app import create_app
from editorial.cli.settings import settings_or_exit

app = create_app(settings_or_exit())
