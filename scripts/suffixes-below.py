#!/usr/bin/env python3
"""Prints src/origin/suffixes_below.rs, made from the Public Suffix List as the crate `psl2` carries it.

Run it from the project's folder whenever `psl2` is updated; a test fails until then.

    scripts/suffixes-below.py > src/origin/suffixes_below.rs
"""

import json
import pathlib
import subprocess

IS_SUFFIX, HAS_WILDCARD, IS_EXCEPTION = 1, 4, 16


def sources():
    metadata = subprocess.run(
        ["cargo", "metadata", "--format-version=1", "--all-features", "--locked"],
        check=True,
        capture_output=True,
    )
    packages = json.loads(metadata.stdout)["packages"]
    [package] = [package for package in packages if package["name"] == "psl2"]
    return pathlib.Path(package["manifest_path"]).parent / "src"


def rules(folder):
    """The list's rules and exceptions, out of the tree of labels that the crate keeps them in."""
    node_bytes = (folder / "trie_nodes.bin").read_bytes()
    edge_bytes = (folder / "trie_edges.bin").read_bytes()
    labels = (folder / "trie_labels.bin").read_bytes()

    nodes, first_edge = [], 0
    for at in range(0, len(node_bytes), 3):
        count = node_bytes[at] | node_bytes[at + 1] << 8
        nodes.append((first_edge, count, node_bytes[at + 2]))
        first_edge += count

    edges, at, child = [], 0, 0
    while at < len(edge_bytes):
        label_at = edge_bytes[at] | edge_bytes[at + 1] << 8
        at += 2
        zigzag, shift = 0, 0
        while True:
            byte = edge_bytes[at]
            at += 1
            zigzag |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        child += (zigzag >> 1) ^ -(zigzag & 1)
        length = labels[label_at]
        edges.append((labels[label_at + 1 : label_at + 1 + length].decode("ascii"), child))

    suffixes, exceptions = set(), set()
    open_nodes = [(0, "")]
    while open_nodes:
        node, name = open_nodes.pop()
        first_edge, count, flags = nodes[node]
        if flags & IS_SUFFIX:
            suffixes.add(name)
        if flags & HAS_WILDCARD:
            suffixes.add("*." + name)
        if flags & IS_EXCEPTION:
            exceptions.add(name)
        for label, child in edges[first_edge : first_edge + count]:
            open_nodes.append((child, f"{label}.{name}" if name else label))
    return suffixes, exceptions


def main():
    folder = sources()
    suffixes, exceptions = rules(folder)

    def is_suffix(name):
        above = name.partition(".")[2]
        return name not in exceptions and (name in suffixes or "*." + above in suffixes)

    parents = {}
    for suffix in suffixes:
        labels = suffix.split(".")
        for start in range(1, len(labels) - 1):
            parent = ".".join(labels[start:])
            if not is_suffix(parent):
                below = parents.get(parent, suffix)
                parents[parent] = min(below, suffix, key=lambda name: (name.count("."), len(name), name))

    print("//! Made by `scripts/suffixes-below.py`: for each domain name that is no public suffix and has one")
    print("//! below, one of those. `*` stands for any label.")
    print()
    print("/// The version of the list that the table is made from, as `psl2` names it.")
    print('#[cfg(all(test, feature = "public-suffix"))]')
    print('pub(super) const VERSION: &str = "%s";' % (folder / "psl_version.txt").read_text().strip())
    print()
    below = sorted(set(parents.values()))
    print("pub(super) const SUFFIXES_BELOW: [&str; %d] = [" % len(below))
    for suffix in below:
        print('    "%s",' % suffix)
    print("];")


main()
