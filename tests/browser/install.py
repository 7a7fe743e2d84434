"""Find or install what the browser tests need from the system: a Chromium and a Chinese font.

`python -m tests.browser.install` says in one sentence what to install where it may not do so itself.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-cjk")


def find_browser() -> str | None:
    """The browser that is there, or Playwright's own."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    own = sorted(Path.home().glob(".cache/ms-playwright/chromium-*/chrome-linux*/chrome"))
    return str(own[-1]) if own else None


def has_chinese_font() -> bool:
    """Whether a page in Chinese would show more than boxes."""
    if shutil.which("fc-list") is None:
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False).stdout.strip())


def main() -> int:
    """Install what is missing when root on Debian; otherwise say what to install."""
    if find_browser() and has_chinese_font():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES, "fontconfig"],
        ):
            subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
    if find_browser() and has_chinese_font():
        return 0
    sys.stderr.write(
        f"The browser tests need Chromium and a Chinese font. On Debian and Ubuntu: apt install {' '.join(PACKAGES)}\n"
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
