"""A hostile body through the git channel and the real Hugo, told to pass raw HTML on."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from editorial.adapters.channels.base import Surroundings, read_settings
from editorial.adapters.channels.git import GitChannel
from editorial.adapters.channels.git_settings import GitSettings
from editorial.domain.addresses import NOTHING_PRIVATE
from editorial.domain.rendering import Piece
from tests import hugo_site as site_of_hugo
from tests.hugo_site import hugo_site

NOW = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)
BODY = """\
Use {{< shortcode >}} and {{% note %}}x{{% /note %}} and `{{< in-code >}}` and {{<>}} and {{</* told */>}}.

```go
{{< fenced "x" >}}
{{</* told-in-code */>}}
```

<script>alert(1)</script> {{<script>alert(2)</script>}} and <img src=x onerror=alert(3)> and `<kbd>` here

[bad](javascript:alert(4)) [entity](&#106;avascript:alert(5)) [ref] ![pic](javascript:alert(6)) [good](https://a.example/)

[ref]: javascript:alert(7)

[^1]: A footnote

    <script>alert(8)</script>

# Heading {onclick="alert(9)"}

```js {onclick="alert(10)"}
x
```

Open {{< for good and {{% too, and `{{< in code`.
"""


@pytest.mark.thorough
def test_hugo_builds_a_hostile_body_and_shows_it_as_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unsafe = "[markup.goldmark.renderer]\nunsafe = true\n[markup.goldmark.parser.attribute]\nblock = true\n"
    monkeypatch.setattr(site_of_hugo, "CONFIG", site_of_hugo.CONFIG + unsafe)
    with hugo_site(tmp_path) as site:
        values = {"repository": site.repository, "url_pattern": f"{site.url}/posts/{{slug}}/"}
        channel = GitChannel(read_settings(GitSettings, values), Surroundings(NOTHING_PRIVATE, tmp_path, lambda: NOW))
        channel.publish(Piece(7, "Gateway", "gateway", "Five", BODY, "en", NOW), key="k1")
        site.build()
        html = (tmp_path / "public/posts/gateway/index.html").read_text()

    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert "onclick" not in html
    for shown in ("{{&lt; shortcode &gt;}}", "{{% note %}}", "{{&lt; in-code &gt;}}", "{{&lt;/* told */&gt;}}"):
        assert shown in html
    assert "<code>&lt;kbd&gt;</code>" in html
    assert '<a href="https://a.example/">good</a>' in html
