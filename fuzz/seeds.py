#!/usr/bin/env python3
"""Writes seeds from conformance vectors, into folders named as the targets.

    fuzz/seeds.py FOLDER

FOLDER has `server/` and `browser/` with JSON files of vectors. Only a few vectors of each file become seeds, so that the
tests stay quick. Other seeds stay as they are.
"""

import json
import pathlib
import sys

SEEDS = pathlib.Path(__file__).parent / "seeds"
MOST = 30


def main():
    vectors = pathlib.Path(sys.argv[1])
    server = {path.stem: json.loads(path.read_text()) for path in (vectors / "server").glob("*.json")}
    browser = {path.stem: json.loads(path.read_text()) for path in (vectors / "browser").glob("*.json")}

    patterns = [vector["pattern"] for vector in server["patterns"]["patterns"]]
    sets = [
        [vector["patterns"], [origin["origin"] for origin in few(vector["origins"], 40)]]
        for vector in server["origin-sets"]["sets"]
    ]
    write("patterns", [[part] for part in parts(patterns, 8)] + sets)

    origins = [origin["origin"] for vector in server["origin-sets"]["sets"] for origin in vector["origins"]]
    write("origin", [[[origin]] for origin in few(sorted(set(origins)), MOST)])

    lists = [
        [[" ".join(vector["allowed"])] + vector["lines"]]
        for vector in few(server["request-headers"]["cases"], MOST)
    ]
    write("request_headers", lists)

    requests = server["requests"]
    cases = [case for case in few(requests["cases"], MOST) if requests["configs"][case["config"]]]
    layers = [
        [
            configuration_lines(requests["configs"][case["config"]]),
            request_lines(case["request"]),
            response_lines(requests["handlers"][case["handler"]]),
            request_lines(other["request"]),
        ]
        for case, other in zip(cases, cases[1:] + cases[:1])
    ]
    write("layer", layers)
    write("config", [[configuration] for configuration, *_ in few(layers, 8)])
    of_configurations = {"\n".join(layer[0]): layer for layer in layers}
    write("sources", [sources(some) for some in parts(list(of_configurations.values()), 3)])

    fetches = []
    for kind in ["preflight-check", "preflight-needed", "cors-check", "expose"]:
        for vector in few(browser[kind]["vectors"], 9):
            fetches.append(fetch_lines(kind, vector))
    write("browser", fetches)


def configuration_lines(configuration):
    names = {
        "origins": "allow_origins",
        "methods": "allow_methods",
        "request_headers": "allow_headers",
        "response_headers": "expose_headers",
    }
    lines = [f"{name}: {entry}" for key, name in names.items() for entry in configuration.get(key, [])]
    if configuration.get("credentialed"):
        lines.append("allow_credentials")
    if configuration.get("tolerate_insecure"):
        lines.append("dangerously_allow: insecure-origins")
    if "max_age" in configuration:
        lines.append(f"max_age: {configuration['max_age']}")
    return lines


def request_lines(request):
    return [f"{request['method']} /"] + header_lines(request["headers"])


def response_lines(response):
    return [str(response["status"])] + header_lines(response["headers"])


def header_lines(headers):
    if isinstance(headers, dict):
        headers = [[name, line] for name, lines in headers.items() for line in lines]
    return [f"{name}: {value}" for name, value in headers]


def sources(layers):
    blocks = [["policy"] + configuration for configuration, *_ in layers]
    for place, (_, request, *_) in enumerate(layers):
        blocks += [[f"select {place}"], request, ["clone"], [f"set {place}"], request]
    return blocks + [["select"], layers[0][1]]


def fetch_lines(kind, vector):
    request = vector["request"]
    page = [request["origin"]]
    if request["credentials"] == "include":
        page.append("include")
    if request.get("use_cors_preflight"):
        page.append("upload_listener")
    sent = [f"{request['method']} {request['url']}"] + header_lines(request["headers"])
    response = response_lines(vector["response"]) if "response" in vector else ["200"]
    shared = ["200", f"access-control-allow-origin: {request['origin']}"]
    return [page, sent, response, shared if kind.startswith("preflight") else response]


def few(items, most):
    """Some of the items, from all parts of the list."""
    step = max(1, -(-len(items) // most))
    return items[::step]


def parts(items, length):
    return [items[start : start + length] for start in range(0, len(items), length)]


def write(target, seeds):
    """Writes seeds, each of which is a list of blocks of lines."""
    folder = SEEDS / target
    folder.mkdir(parents=True, exist_ok=True)
    for number, blocks in enumerate(seeds, 1):
        text = "\n\n".join("\n".join(lines) for lines in blocks)
        # A code point of a vector stands for a byte.
        (folder / f"vector-{number:02}").write_bytes(text.encode("latin-1", "replace"))


main()
