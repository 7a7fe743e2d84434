"""For other servers: `app` without a clock. The one-machine start is `editorial serve`."""

from config import Config
from editorial.app import create_app

app = create_app(Config.from_env())
