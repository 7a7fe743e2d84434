"""Writes docs/settings.md from the settings themselves: `python -m tests.settings_page`."""

from pydantic import SecretStr

from config import ROOT, Config

HEAD = """# Settings

Every setting is read from the environment, or from a file of that name in the folder that `EDITORIAL_SECRETS_DIR` names
(lower case, such as `editorial_smtp_password`). All problems are reported at once at the start.

| variable | default | what it is |
|---|---|---|
"""


def page() -> str:
    """The page's text."""
    lines = []
    for name, field in Config.model_fields.items():
        default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        shown = "`instance/` in this folder" if name == "instance_dir" else f"`{default}`" if str(default) else ""
        lines.append(f"| `EDITORIAL_{name.upper()}` | {shown} | {field.description} |\n")
    return HEAD + "".join(lines)


if __name__ == "__main__":
    (ROOT / "docs" / "settings.md").write_text(page())
