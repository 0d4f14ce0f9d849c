#!/usr/bin/env python3
"""Checks that each link of the pages and of the documentation leads somewhere: `scripts/links.py`.

It reads the Markdown files of the repository, and the documentation that `cargo doc --no-deps --all-features` has made.
A link to a file, to a heading or to an item must find it. Links to this crate on docs.rs must find their page in the
documentation, or their file in the package. Links to other sites are only read, because this needs no network.
"""

import html.parser
import json
import os
import re
import subprocess
import sys
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTATION = "https://docs.rs/tower-cors/latest/"
SOURCE = "https://docs.rs/crate/tower-cors/latest/source/"


def main():
    metadata = run("cargo", "metadata", "--locked", "--no-deps", "--format-version", "1")
    documentation = Path(json.loads(metadata)["target_directory"]) / "doc"
    if not (documentation / "tower_cors/index.html").exists():
        sys.exit("there is no documentation; run `cargo doc --no-deps --all-features`")
    package = set(run("cargo", "package", "--package", "tower-cors", "--locked", "--allow-dirty", "--list").split())
    checked = 0
    broken = []
    # The guides are part of the documentation, whose compiler follows links that are names of items.
    files = run("git", "ls-files", "*.md").split()
    pages = [ROOT / file for file in files if not file.startswith("docs/") or file == "docs/README.md"]
    pages += sorted((documentation / "tower_cors").rglob("*.html"))
    for page in pages:
        for link in Page.of(page).links:
            checked += 1
            fault = fault_of(link, page, documentation, package)
            if fault:
                broken.append(f"{page.relative_to(ROOT) if page.is_relative_to(ROOT) else page}: {link}: {fault}")
    print("\n".join(sorted(set(broken))))
    print(f"{checked} links in {len(pages)} pages, {len(set(broken))} broken")
    sys.exit(bool(broken))


def fault_of(link, page, documentation, package):
    """What is wrong with a link, or None."""
    if link.startswith(SOURCE):
        file = link.removeprefix(SOURCE).split("#")[0]
        return None if file in package else "the package has no such file"
    if link.startswith(DOCUMENTATION):
        link = link.removeprefix(DOCUMENTATION)
        page = documentation / "index.html"
    parts = urllib.parse.urlsplit(link)
    if parts.scheme or parts.netloc:
        is_site = parts.scheme == "https" and "." in parts.netloc or parts.hostname in ("localhost", "127.0.0.1")
        return None if is_site else "not a link to a site over https"
    target = (page.parent / urllib.parse.unquote(parts.path)) if parts.path else page
    if target.is_dir():
        target /= "index.html"
    if not target.exists():
        return "there is no such file"
    is_page = target.suffix in (".md", ".html") and not LINES.fullmatch(parts.fragment)
    if parts.fragment and is_page and parts.fragment not in Page.of(target).anchors:
        return "the page has no such heading or item"
    return None


class Page(html.parser.HTMLParser):
    """The links of a page, and what links can lead to."""

    known = {}

    def __init__(self):
        super().__init__()
        self.links = []
        self.anchors = set()
        self.is_foreign = False

    @classmethod
    def of(cls, path):
        if path not in cls.known:
            page = cls.known[path] = cls()
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".md":
                page.read_markdown(text)
            else:
                page.feed(text)
        return cls.known[path]

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.anchors.update(attributes[name] for name in ("id", "name") if attributes.get(name))
        # The last part of a page, which has documentation of other crates.
        self.is_foreign |= attributes.get("id") == "blanket-implementations-list"
        target = attributes.get({"a": "href", "img": "src", "source": "srcset"}.get(tag))
        if target and not self.is_foreign:
            self.links.append(target)

    def read_markdown(self, text):
        text = re.sub(r"^( *)```.*?^\1```", "", text, flags=re.DOTALL | re.MULTILINE)
        self.anchors = set()
        for heading in re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE):
            self.anchors.add(self.unused(slug(heading)))
        text = re.sub(r"`[^`\n]*`", "`", text)
        self.feed(text)
        self.links += re.findall(rf"\]\(([^)\s]+){TITLE}\)", text)
        definitions = dict(re.findall(rf"^\[([^\]]+)\]: (\S+){TITLE}$", text, flags=re.MULTILINE))
        self.links += definitions.values()
        for name in re.findall(r"\]\[([^\]]+)\]", text):
            if name not in definitions:
                self.links.append(f"[{name}] has no definition")
        for name in definitions:
            if f"][{name}]" not in text:
                self.links.append(f"[{name}] is not used")

    def unused(self, anchor):
        """The anchor of a heading whose text may be that of an earlier one."""
        number, numbered = 0, anchor
        while numbered in self.anchors:
            number += 1
            numbered = f"{anchor}-{number}"
        return numbered


def slug(heading):
    """The anchor that forges and rustdoc give to a heading."""
    words = re.sub(r"[^\w\- ]", "", heading.lower().replace("`", ""))
    return words.strip().replace(" ", "-")


def run(*command):
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


# What a link may have behind its target.
TITLE = r"(?:\s+(?:\"[^\"]*\"|'[^']*'))?"

# Lines of a source file, such as `#12-34`.
LINES = re.compile(r"\d+(-\d+)?")

if __name__ == "__main__":
    main()
