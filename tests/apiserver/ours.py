"""What `validate` says of manifests."""

import collections
import json
import re
import subprocess

import objects
import paths

Finding = collections.namedtuple("Finding", "line path code message")


class Validate:
    """The program."""

    def __init__(self, program):
        self.program = program

    def findings(self, text, version=None):
        """Every error about a text of manifests."""
        arguments = [self.program, "validate", "-n", objects.NAMESPACE, "--format", "json", "-"]
        if version:
            arguments += ["--kube-version", version]
        done = subprocess.run(arguments, input=text, capture_output=True, text=True)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"validate ended with {done.returncode}: {done.stderr[:2000]}")
        return list(read(json.loads(done.stdout)["findings"]))

    def of_text(self, text, version=None):
        """Every object of a text with the findings about it."""
        found = self.findings(text, version)
        for first, last, document in objects.documents(text):
            for head, data in objects.items(document):
                yield data, [
                    finding._replace(path=finding.path[len(head) :])
                    for finding in found
                    if first <= finding.line <= last and finding.path[: len(head)] == head
                ]

    def of_objects(self, data):
        """The findings about each object of a list, given in one text with an object on every second line."""
        found = [[] for _ in data]
        for finding in self.findings("".join(f"---\n{json.dumps(item, ensure_ascii=False)}\n" for item in data)):
            found[finding.line // 2 - 1].append(finding)
        return found


def read(findings):
    for finding in findings:
        # Ports of nodes taken twice: a server that keeps nothing cannot know.
        if finding["severity"] == "error" and "already allocated" not in finding["message"]:
            unknown = re.fullmatch(r'unknown field "(.*)"', finding["message"])
            path = paths.read(unknown.group(1) if unknown else finding["message"].partition(": ")[0])
            line = (finding.get("primary") or {}).get("line", 0)
            yield Finding(line, path, finding["code"], finding["message"])
