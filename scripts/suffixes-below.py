#!/usr/bin/env python3
"""Prints src/origin/suffixes_below.rs, made from a copy of the Public Suffix List.

The list is https://publicsuffix.org/list/public_suffix_list.dat; Debian's package `publicsuffix` and
PyPI's `publicsuffixlist` carry copies. Run it again when the crate `psl2` is updated:

    scripts/suffixes-below.py public_suffix_list.dat > src/origin/suffixes_below.rs
"""

import sys


def rules(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            rule = line.split("//")[0].strip()
            if rule:
                yield ".".join(
                    label if label == "*" else label.encode("idna").decode("ascii")
                    for label in rule.lstrip("!").split(".")
                ), rule.startswith("!")


def main(path):
    listed = list(rules(path))
    suffixes = {rule for rule, is_exception in listed if not is_exception}
    exceptions = {rule for rule, is_exception in listed if is_exception}

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
    below = sorted(set(parents.values()))
    print("pub(super) const SUFFIXES_BELOW: [&str; %d] = [" % len(below))
    for suffix in below:
        print('    "%s",' % suffix)
    print("];")


main(sys.argv[1])
