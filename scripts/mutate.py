#!/usr/bin/env python3
"""Puts one fault at a time into the layer or the model of a browser, and runs the cases of `engines/` in each engine.

Works in a copy of the last commit, and prints `engines/MUTATIONS.md`. Fails if no engine catches a fault, or if a run
without a fault fails.
Cases for cookies are left out. It takes about a minute for each fault. Arguments select faults by their numbers.
"""

import pathlib
import subprocess
import sys
import tempfile

ENGINES = ["chromium", "firefox", "webkit"]

# Each fault has a file below `src/`, a text that the file has once, and the text to write instead.
FAULTS = [
    # The layer.
    ("policy/origins.rs", "self.set.matches(origin) || (self.null && origin == b\"null\")", "self.set.matches(origin) || origin == b\"null\""),
    ("policy/origins.rs", "(self.null && origin == b\"null\")", "(self.null && origin == b\"Null\")"),
    ("policy/origins.rs", "FieldLines::One(value) if self.allow(value, request) => Ok(value)", "FieldLines::One(value) => Ok(value)"),
    ("policy/origins.rs", ".is_ok_and(|origin| *insecure || !origin.is_insecure())", ".is_err()"),
    ("policy/methods.rs", "methods.iter().any(|listed| listed.as_bytes() == method)", "methods.iter().any(|listed| listed.as_bytes().eq_ignore_ascii_case(method) || method == b\"PATCH\")"),
    ("policy/methods.rs", "|| fetch::is_safelisted_method(method)", ""),
    ("policy/methods.rs", "Self::Any => is_sendable(method)", "Self::Any => fetch::is_safelisted_method(method)"),
    ("policy/request_headers.rs", "if !name.is_empty() && !self.allow(name) {", "if !name.is_empty() && name == b\"x-b\" {"),
    ("policy/request_headers.rs", "if is_sorted_choice(request, names) {", "if true {"),
    ("policy/preflight.rs", "if self.credentials {", "if !self.credentials {"),
    ("policy/preflight.rs", "else if self.echo_beside_wildcard &&", "else if !self.echo_beside_wildcard &&"),
    ("policy/preflight.rs", "let _ = granted.try_append(ACCESS_CONTROL_ALLOW_HEADERS, line.clone());", "let _ = line;"),
    ("policy/preflight.rs", "echo_beside(wildcard, granted, ACCESS_CONTROL_ALLOW_HEADERS, names);", "let _ = wildcard;"),
    ("policy/preflight.rs", "*value = origin.clone();", "*value = HeaderValue::from_static(\"*\");"),
    ("policy/engine.rs", "rules.headers.check(request)?;", ""),
    ("policy/engine.rs", "rules.methods.check(method)?;", ""),
    ("compile/assemble.rs", "List::All(_) if credentials => Exposed::Carried,", ""),
    ("compile/assemble.rs", "List::All(names) if names.is_empty() => Some(HeaderValue::from_static(\"*\")),", ""),
    ("compile/assemble.rs", "headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static(\"true\"));", "headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static(\"True\"));"),
    ("response/headers.rs", "let _ = headers.try_append(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);", "let _ = exposed;"),
    ("response/headers.rs", "        if self.credentials {", "        if !self.credentials {"),
    ("policy/refusing.rs", "Refuse::All => true,", "Refuse::All => false,"),
    # The model.
    ("browser/algorithm.rs", "memory.preflights.clear(&self.request.key());", ""),
    ("browser/algorithm.rs", "matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)", "matches!(status.as_u16(), 301 | 302 | 303 | 305 | 307 | 308)"),
    ("browser/cache.rs", "name == wanted || (name == \"*\" && !credentials)", "name == wanted || name == \"*\""),
    ("browser/cache.rs", "Allowed::Header(name) if name == \"*\" && header == \"authorization\" => false,", ""),
    ("browser/cache.rs", "entry.key == *key && entry.expires > now && (entry.credentials || !credentials)", "entry.key == *key && entry.expires > now"),
    ("browser/cache.rs", "entry.key == *key && entry.expires > now &&", "entry.key == *key &&"),
    ("browser/check.rs", "if found == b\"*\" && !credentials {", "if found == b\"*\" {"),
    ("browser/check.rs", "found.as_deref() != Some(b\"true\")", "!found.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(b\"true\"))"),
    ("browser/check.rs", "let has_wildcard = !credentials && names.iter()", "let has_wildcard = names.iter()"),
    ("browser/check.rs", "page.is_schemelessly_same_site(url) && is_secure", "page.is_schemelessly_same_site(url)"),
    ("browser/lists.rs", "value.len() <= 128", "value.len() <= 127"),
    ("browser/lists.rs", "bytes > 1024", "bytes > 2048"),
    ("browser/lists.rs", "b\"\\\"():<>?@[\\\\]{}\"", "b\"\\\"():<>?@[\\\\]{}=\""),
    ("browser/lists.rs", "[Method::DELETE, Method::GET, Method::HEAD, Method::OPTIONS, Method::POST, Method::PUT]", "[Method::DELETE, Method::GET, Method::HEAD, Method::PATCH, Method::POST, Method::PUT]"),
    ("browser/lists.rs", "\"keep-alive\",", ""),
    ("browser/lists.rs", "Ok(Some(tokens))", "Ok((!tokens.is_empty()).then_some(tokens))"),
    ("browser/preflight.rs", "if !status.is_success() {", "if status.is_server_error() {"),
    ("browser/preflight.rs", "Duration::from_secs(5)", "Duration::from_secs(60)"),
    ("browser/preflight.rs", "let mut wanted = unsafe_names(self.headers).into_iter();", "let mut wanted = unsafe_names(self.headers).into_iter().skip(1);"),
    ("browser/request.rs", "301 | 302 => self.method == Method::POST,", "301 | 302 => self.method != Method::GET,"),
    ("browser/request.rs", "self.headers.remove(AUTHORIZATION);", ""),
    ("browser/request.rs", "const MAX_REDIRECTS: usize = 20;", "const MAX_REDIRECTS: usize = 19;"),
    ("browser/request.rs", "self.urls.iter().all(|url| self.origin.is_same_site(url))", "self.origin.is_same_site(self.url())"),
    ("browser/request.rs", "ReferrerPolicy::NoReferrer => true,", "ReferrerPolicy::NoReferrer => false,"),
    ("browser/site.rs", "self.url.is_some() && self.serialized == serialize(url)", "self.serialized == serialize(url) || self.url.is_none()"),
]

HEAD = """# Faults that the engines catch

`scripts/mutate.py` puts one fault at a time into the layer (`policy/`, `compile/`, `response/`) or into the model of a
browser (`browser/`). Then it runs the cases of this folder in each engine. An engine catches a fault if its run fails.

| number | file below `src/` | instead of | the fault writes | caught by |
|---:|---|---|---|---|"""


def main():
    numbers = [int(number) for number in sys.argv[1:]] or range(1, len(FAULTS) + 1)
    root = pathlib.Path(__file__).resolve().parent.parent
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder, "copy")
        run(["git", "worktree", "add", "--quiet", "--detach", copy], root)
        try:
            if failed := failing_engines(copy, root):
                sys.exit(f"without a fault, the cases fail in {failed}")
            print(HEAD, flush=True)
            survivors = [number for number in numbers if not catches(copy, root, number)]
        finally:
            run(["git", "worktree", "remove", "--force", copy], root)
    if survivors:
        sys.exit(f"no engine catches the faults {survivors}")


def catches(copy, root, number):
    name, old, new = FAULTS[number - 1]
    file = copy / "src" / name
    text = file.read_text()
    if text.count(old) != 1:
        sys.exit(f"{name} has {text.count(old)} times: {old}")
    file.write_text(text.replace(old, new))
    try:
        caught = failing_engines(copy, root)
    finally:
        file.write_text(text)
    print(f"| {number} | `{name}` | {cell(old)} | {cell(new)} | {', '.join(caught)} |", flush=True)
    return bool(caught)


def failing_engines(copy, root):
    build = ["cargo", "build", "--quiet", "--locked", "--package", "engines", "--target-dir", root / "target/mutations"]
    run(build, copy)
    program = root / "target/mutations/debug/engines"
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    runs = [subprocess.Popen([program, engine, "--without-cookies"], **silent) for engine in ENGINES]
    return [engine for engine, running in zip(ENGINES, runs) if running.wait() != 0]


def cell(code):
    return f"`{code.strip()}`".replace("|", "\\|") if code else "nothing"


def run(command, folder):
    subprocess.run(command, cwd=folder, check=True)


if __name__ == "__main__":
    main()
