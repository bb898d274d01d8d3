"""Manifests as data: what the program renders, cut into objects, and read as kubectl reads it."""

import csv
import os
import pathlib
import re
import subprocess

import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NAMESPACE = "ns1"


class Loader(yaml.CSafeLoader):
    """Reads scalars as sigs.k8s.io/yaml does: no dates, no numbers of base sixty, `=` is text, `1e3` a number."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in forms if tag.rsplit(":", 1)[-1] not in ("timestamp", "value", "int", "float")]
    for first, forms in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("!int", re.compile(r"[-+]?(0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[1-9][0-9_]*|0)$"), "-+0123456789")
Loader.add_implicit_resolver(
    "!float", re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$|[-+]?\.(inf|Inf|INF)$|\.(nan|NaN|NAN)$"), "-+.0123456789"
)
Loader.add_constructor("!int", lambda loader, node: _integer(node.value.replace("_", "")))
Loader.add_constructor("!float", lambda loader, node: float(node.value.replace("_", "").replace(".inf", "inf").replace(".nan", "nan")))


def _integer(text):
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text.lstrip("+"))
    if digits.startswith("0") and digits[1:].isdigit():
        digits = "0o" + digits[1:]
    return sign * int(digits, 0)


def documents(text):
    """The first and last line of every document, with its data."""
    start, lines = 1, []
    for number, line in enumerate([*text.split("\n"), "---"], 1):
        if not re.fullmatch(r"---\s*(#.*)?", line):
            lines.append(line)
            continue
        data = yaml.load("\n".join(lines), Loader)
        if data is not None:
            yield start, number - 1, data
        start, lines = number + 1, []


def items(data, head=()):
    """Every object of a document, Lists opened, with its path in the document."""
    if isinstance(data, dict) and str(data.get("kind", "")).endswith("List") and isinstance(data.get("items"), list):
        for index, item in enumerate(data["items"]):
            yield from items(item, (*head, "items", str(index)))
    elif isinstance(data, dict):
        yield head, data


def renders(program):
    """A name and the manifests of every case: of the presets, of `more.yaml`, and of the corpus where it is there."""
    yield "more.yaml", (HERE / "more.yaml").read_text()
    for line in (ROOT / "tests/apply/cases").read_text().splitlines():
        name, _, rest = line.partition("|")
        if rest and not line.startswith("#"):
            yield name.strip(), _run(program, "render", *rest.partition("|")[0].split())
    corpus = pathlib.Path(os.environ.get("CLEARML_K8S_SHARED") or "/nowhere") / "corpus"
    if not (corpus / "cases.tsv").is_file():
        return
    with open(corpus / "cases.tsv", newline="") as table:
        for case in csv.DictReader(table, delimiter="\t"):
            if case["exit"] != "0" or case["deterministic"] != "yes":
                continue
            values = ["-f", corpus / case["values"]] if case["values"] else []
            where = ["--namespace", NAMESPACE, "--kube-version", case["kube"] or "1.33.0"]
            yield case["id"], _run(program, "template", "rel", corpus / case["chart"], *values, *where)


def _run(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else None
