"""The three comparisons, and the counts they leave."""

import collections
import os
import re

import chance
import edits
import objects
import yaml
from compare import Comparison, Table
from ours import Validate
from structure import Document

NEWEST = "1.37.0"
# So many objects of a kind are edited by each line of `edits`.
PER_KIND = int(os.environ.get("PER_KIND", "6"))
# An object that no server is asked about.
SAID_FIRST = {"check::removed", "check::unknown-kind", "check::no-object"}


class Suite:
    def __init__(self, program, server):
        self.server = server
        self.validate = Validate(program)
        self.new = Document.published(NEWEST)
        self.compare = Comparison(Document(server.document), self.new, Table(objects.HERE / "explained"))
        self.failures = []
        self.counts = collections.Counter()

    def is_old(self, data):
        """Whether only the server has its API, not the newest version."""
        return not self.new.has(data) and (data.get("apiVersion"), data.get("kind")) in self.server.served

    def one(self, where, data, found):
        """Compares the two about one object; returns whether the server takes it, none when it was not asked."""
        known = self.server.known_as(data)
        if known is not None:
            verdict = self.server.judge(known, objects.NAMESPACE)
            self.compare.with_server(where, data, known, verdict, found)
            self.counts["asked of the server"] += 1
            return verdict.code < 300
        if self.new.has(data):
            self.counts["held against the newest schema alone"] += 1
            self.compare.with_schema(where, data["kind"], dict(self.new.problems(data)), found)
        elif any(finding.code in SAID_FIRST for finding in found):
            self.counts["in no API of the two, which we say"] += 1
        else:
            self.counts["custom resources, which neither of the two knows"] += 1
        return None

    def rendered(self, program):
        """Everything that is rendered, as it is; returns the different objects of it and their texts."""
        different, texts = {}, []
        for name, text in objects.renders(program):
            if text is None:
                self.failures.append(f"{name}: cannot be rendered")
                continue
            texts.append(text)
            old = None
            for index, (data, found) in enumerate(self.validate.of_text(text)):
                if self.is_old(data):
                    old = old or list(self.validate.of_text(text, self.server.version))
                    found = old[index][1]
                self.counts["objects"] += 1
                self.one(name, data, found)
                different.setdefault(repr(data), data)
        self.counts["renders"] = len(texts)
        return [data for data in different.values() if self.new.has(data)], texts

    def cases(self):
        """The cases of tests/check, each about one rule; the name and the text of each."""
        for file in sorted((objects.ROOT / "tests/check").glob("*.yaml")):
            for part in file.read_text().split("### ")[1:]:
                name, _, text = part.partition("\n")
                try:
                    judged = list(self.validate.of_text(text))
                except yaml.YAMLError:
                    self.counts["cases that are no YAML"] += 1
                    continue
                self.counts["cases"] += 1
                for data, found in judged:
                    if self.is_old(data):
                        self.counts["in cases: of an API that is gone from the newest version"] += 1
                    else:
                        self.one(f"{file.name}: {name}", data, found)

    def edited(self, base):
        """The lines of `edits` over different objects."""
        lines, silent = edits.read(objects.HERE / "edits")
        verdicts = collections.defaultdict(set)
        for edit in lines:
            made, kinds = [], collections.Counter()
            for data in base:
                if kinds[data["kind"]] < PER_KIND and (new := edits.apply(edit, data)) is not None:
                    kinds[data["kind"]] += 1
                    made.append(new)
            if not made:
                self.failures.append(f"edits: no object for `{edit.text}`")
            for data, found in zip(made, self.validate.of_objects(made)):
                self.counts["pairs of object and edit"] += 1
                verdicts[edit.code].add(self.one(f"`{edit.text}`", data, found))
        self.counts["edits"] = len(lines)
        for code in sorted(codes_of_cases() - silent.keys()):
            for verdict, words in ((True, "taken"), (False, "refused")):
                if verdict not in verdicts[code]:
                    self.failures.append(f"edits: nothing under {code} is {words} by the server")


    def changed(self, base, count, seed):
        """So many changes of any field, good and bad ones."""
        pods = ("Deployment", "Pod")
        base = [data for data in base if data["kind"] in pods or edits.pod_template(data) is None or len(repr(data)) < 600]
        made = list(chance.some(self.new, base, count, seed))
        self.counts["changes of any field"] = len(made)
        for first in range(0, len(made), 500):
            part = made[first : first + 500]
            for (words, data), found in zip(part, self.validate.of_objects([data for _, data in part])):
                self.one(f"change {seed}: {words}", data, found)


def codes_of_cases():
    """The codes of errors that tests/check has cases for."""
    text = "".join(file.read_text() for file in (objects.ROOT / "tests/check").glob("*.yaml"))
    return set(re.findall(r"#! (check::[a-z0-9-]+)", text))
