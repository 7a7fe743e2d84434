"""The reference of the rules in `docs/rules/`, written from the rules themselves.

`python -m editorial.audit.rules.docs` writes it; a test says when it is out of date.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from editorial.audit.rule import Need, PageRule, Result, Rule, Severity
from editorial.audit.rulebook import ALL_RULES, ruleset_version
from editorial.audit.site_rule import SiteRule

ROOT = Path(__file__).resolve().parents[3]
CATALOGUE = ROOT / "editorial" / "translations" / "zh_Hans_CN" / "LC_MESSAGES" / "messages.po"

Say = Callable[[str], str]

SEVERITIES = {
    "en": {
        Severity.BLOCKER: "blocker",
        Severity.ERROR: "error",
        Severity.WARNING: "warning",
        Severity.NOTICE: "notice",
    },
    "zh": {Severity.BLOCKER: "阻断", Severity.ERROR: "错误", Severity.WARNING: "警告", Severity.NOTICE: "提示"},
}
WORDS = {
    "en": {
        "title": "Audit rules",
        "intro": "{count} rules, rule set `{version}`. Written by `python -m editorial.audit.rules.docs`.",
        "outcomes": "A rule answers `{0}`, `{1}`, `{2}` or `{3}` for each page.",
        "rule": "Rule",
        "severity": "Severity",
        "version": "version",
        "scope": "Judged on",
        "page": "each page",
        "site": "the whole audit",
        "says": "Says",
        "why": "Why",
        "fix": "Fix",
        "params": "Threshold",
        "param": "{name}: {default:g} ({low:g} to {high:g})",
        "needs": "Needs",
        "engines": "Speaks for",
        "ref": "Reference",
        "source": "Source",
    },
    "zh": {
        "title": "诊断规则",
        "intro": "共 {count} 条规则，规则集 `{version}`。由 `python -m editorial.audit.rules.docs` 生成。",
        "outcomes": "每条规则对每个页面给出 `{0}`、`{1}`、`{2}` 或 `{3}`。",
        "rule": "规则",
        "severity": "级别",
        "version": "版本",
        "scope": "判断范围",
        "page": "单个页面",
        "site": "整次诊断",
        "says": "提示语",
        "why": "为什么",
        "fix": "怎么改",
        "params": "阈值",
        "param": "{name}：{default:g}（{low:g} 至 {high:g}）",
        "needs": "需要",
        "engines": "适用引擎",
        "ref": "编号",
        "source": "来源",
    },
}


def chinese(catalogue: Path = CATALOGUE) -> Say:
    """Translates sentences by the catalogue."""
    with catalogue.open("rb") as opened:
        found = read_po(opened)
    compiled = BytesIO()
    write_mo(compiled, found)
    compiled.seek(0)
    return GNUTranslations(compiled).gettext


def reference() -> dict[str, str]:
    """File name and text of each page of the reference."""
    return {"README.md": _page("en", lambda text: text), "README.zh.md": _page("zh", chinese())}


def _page(language: str, say: Say) -> str:
    return "\n".join(_lines(WORDS[language], SEVERITIES[language], say)) + "\n"


def _lines(words: Mapping[str, str], severities: Mapping[Severity, str], say: Say) -> Iterator[str]:
    yield f"# {words['title']}"
    yield ""
    yield words["intro"].format(count=len(ALL_RULES), version=ruleset_version())
    yield words["outcomes"].format(*(result.value for result in Result))
    yield ""
    yield f"| {words['rule']} | | {words['severity']} | {words['scope']} |"
    yield "|---|---|---|---|"
    for rule in ALL_RULES:
        scope = words["page" if isinstance(rule, PageRule) else "site"]
        yield f"| [{rule.id}](#{rule.id}) | {say(rule.title)} | {severities[rule.severity]} | {scope} |"
    for rule in ALL_RULES:
        yield ""
        yield from _rule_lines(rule, words, severities, say)


def _rule_lines(rule: Rule, words: Mapping[str, str], severities: Mapping[Severity, str], say: Say) -> Iterator[str]:
    yield f"## {rule.id}"
    yield ""
    yield f"**{say(rule.title)}** · {severities[rule.severity]} · {rule.category} · {words['version']} {rule.version}"
    yield ""
    for name, text in (("says", rule.says), ("why", rule.why), ("fix", rule.fix)):
        yield f"- {words[name]}: {_unfilled(say(text))}"
        if name == "says":
            yield from (f"- {words[name]}: {_unfilled(say(other))}" for other in rule.others.values())
    for param, bounds in rule.params.items():
        shown = words["param"].format(name=param, default=bounds.default, low=bounds.at_least, high=bounds.at_most)
        yield f"- {words['params']}: {shown}"
    needs: set[Need] = set(rule.needs)
    if isinstance(rule, SiteRule):
        needs |= rule.silence_needs
    yield f"- {words['needs']}: {', '.join(sorted(needs)) or '-'}"
    yield f"- {words['engines']}: {', '.join(sorted(rule.engines))}"
    if rule.ref:
        yield f"- {words['ref']}: {rule.ref}"
    yield f"- {words['source']}: <{rule.source}>"


def _unfilled(text: str) -> str:
    """A sentence with its places shown as `{name}`, safe in Markdown."""
    return text.replace("%(", "{").replace(")s", "}").replace("<", "&lt;")


def main(folder: Path = ROOT / "docs" / "rules") -> int:
    """Write the reference."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in reference().items():
        (folder / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
