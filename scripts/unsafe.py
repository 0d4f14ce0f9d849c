#!/usr/bin/env python3
"""Prints how much unsafe code the dependencies of the crate and of its features have, and which have a build script.

A line counts if it has the word `unsafe` outside of a comment. Run it from the project's folder, and compare the tables
of SECURITY.md, whenever Cargo.lock changes.

    scripts/unsafe.py
"""

import json
import pathlib
import re
import subprocess


def cargo(*arguments):
    arguments = ["cargo", *arguments, "--all-features", "--locked"]
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout


def unsafe_lines(package):
    sources = (pathlib.Path(package["manifest_path"]).parent / "src").rglob("*.rs")
    lines = (line.split("//")[0] for source in sources for line in source.read_text().splitlines())
    return sum(1 for line in lines if re.search(r"\bunsafe\b", line))


metadata = json.loads(cargo("metadata", "--format-version=1"))
packages = {f"{package['name']} v{package['version']}": package for package in metadata["packages"]}
# Other than the metadata, the tree leaves out what only dependencies for tests switch on.
tree = cargo("tree", "--package=tower-cors", "--edges=no-dev", "--prefix=none", "--format={p}").splitlines()
for name in sorted({" ".join(line.split()[:2]) for line in tree}):
    package = packages[name]
    kinds = {kind for target in package["targets"] for kind in target["kind"]}
    print(f"{unsafe_lines(package):4} {name}", *sorted(kinds & {"custom-build", "proc-macro"}))
