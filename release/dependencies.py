#!/usr/bin/env python3
"""What the released program is made of, out of `cargo metadata --format-version 1 --filter-platform TARGET`.

    dependencies.py sbom METADATA PROGRAM [NAME@VERSION…]    a CycloneDX 1.6 document
    dependencies.py notices METADATA [NAME@VERSION…]         the licence texts that go with the program

NAME@VERSION is what is linked in beside the packages: `rust` (its standard library), `glibc`.
Nothing but the standard library; the same input gives the same bytes. SOURCE_DATE_EPOCH is the document's date.
"""

import datetime
import hashlib
import json
import os
import pathlib
import re
import sys
import tomllib
import uuid

LICENCE_FILE = re.compile(r"(licen[sc]e|copying|unlicense|notice|copyright)", re.IGNORECASE)

# What no Cargo.lock lists.
BESIDE = {
    "rust": ("MIT OR Apache-2.0", "the standard library of Rust"),
    "glibc": ("LGPL-2.1-or-later", "the GNU C library"),
}


def purl(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def expression(package):
    """The SPDX expression. Older manifests write `A/B` for a choice."""
    return re.sub(r"\s*/\s*", " OR ", package["license"] or "NOASSERTION")


def linked(metadata):
    """The root, what is linked into it, and by whom: no tests, no build scripts, no macros of the compiler."""
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    root = metadata["resolve"]["root"]
    edges, waiting = {}, [root]
    while waiting:
        at = waiting.pop()
        if at in edges:
            continue
        edges[at] = sorted(
            {
                dep["pkg"]
                for dep in nodes[at]["deps"]
                if any(kind["kind"] is None for kind in dep["dep_kinds"])
                and not any("proc-macro" in target["kind"] for target in packages[dep["pkg"]]["targets"])
            },
            key=lambda found: purl(packages[found]),
        )
        waiting.extend(edges[at])
    order = sorted(edges, key=lambda found: (packages[found]["name"], packages[found]["version"]))
    return packages[root], [packages[found] for found in order if found != root], [
        (packages[found], [packages[to] for to in edges[found]]) for found in order
    ]


def checksums(root):
    """SHA-256 of each package's archive, as Cargo.lock pins it."""
    lock = pathlib.Path(root["manifest_path"]).with_name("Cargo.lock")
    packages = tomllib.loads(lock.read_text(encoding="utf-8"))["package"]
    return {(found["name"], found["version"]): found.get("checksum") for found in packages}


def component(package, kind, sums):
    found = {
        "type": kind,
        "bom-ref": purl(package),
        "name": package["name"],
        "version": package["version"],
        "licenses": [{"expression": expression(package)}],
        "purl": purl(package),
    }
    if package["description"]:
        found["description"] = " ".join(package["description"].split())
    if sums:
        found["hashes"] = [{"alg": "SHA-256", "content": sums}]
    if (package["repository"] or "").startswith("https://"):
        found["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return found


def beside(given):
    """`rust@1.95.0` as a component."""
    name, _, version = given.partition("@")
    licence, description = BESIDE[name]
    return {
        "type": "library",
        "bom-ref": f"pkg:generic/{given}",
        "name": name,
        "version": version,
        "licenses": [{"expression": licence}],
        "purl": f"pkg:generic/{given}",
        "description": description,
    }


def sbom(metadata, program, others):
    root, packages, edges = linked(metadata)
    sums = checksums(root)
    digest = hashlib.sha256(pathlib.Path(program).read_bytes()).hexdigest()
    date = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, digest)}",
        "version": 1,
        "metadata": {
            "timestamp": date.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": component(root, "application", digest),
        },
        "components": [
            component(package, "library", sums.get((package["name"], package["version"]))) for package in packages
        ]
        + [beside(given) for given in others],
        "dependencies": [
            {"ref": purl(package), "dependsOn": [purl(to) for to in found]} for package, found in edges
        ],
    }


def notices(metadata, others):
    """Every package with its licence and the texts it brings; a text that several bring stands once."""
    root, packages, _ = linked(metadata)
    texts = {}
    for package in packages:
        folder = pathlib.Path(package["manifest_path"]).parent
        files = sorted(path for path in folder.iterdir() if path.is_file() and LICENCE_FILE.match(path.name))
        for path in files:
            text = path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n").strip()
            texts.setdefault(text, []).append(f"{package['name']} {package['version']}")
    lines = [
        f"clearml-k8s {root['version']} holds the packages below. Each stands under the licence named beside it; the",
        "texts follow. Its own licence is in LICENSE-APACHE and LICENSE-MIT.",
        "",
    ]
    lines += [f"{package['name']} {package['version']}: {expression(package)}" for package in packages]
    for found in map(beside, others):
        lines.append(f"{found['description']} {found['version']}: {found['licenses'][0]['expression']}")
    if any(given.startswith("glibc@") for given in others):
        lines += ["", "The source of clearml-k8s and its release/build link the program anew, with another C library if you like."]
    for text, names in texts.items():
        lines += ["", "=" * 80, *names, "-" * 80, text]
    return "\n".join(lines) + "\n"


def main(arguments):
    match arguments:
        case ["sbom", metadata, program, *others]:
            document = sbom(json.loads(pathlib.Path(metadata).read_text(encoding="utf-8")), program, others)
            json.dump(document, sys.stdout, indent=2)
            print()
        case ["notices", metadata, *others]:
            sys.stdout.write(notices(json.loads(pathlib.Path(metadata).read_text(encoding="utf-8")), others))
        case _:
            sys.exit(__doc__)


main(sys.argv[1:])
