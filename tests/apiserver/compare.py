"""Two verdicts about one object, side by side."""

import collections
import re

import paths

Rule = collections.namedtuple("Rule", "who kinds path words since reason")
STRUCTURE = ("check::unknown-field", "check::wrong-type", "check::enum", "check::missing-field")


class Table:
    """Why the two may differ: the lines of `explained`, each of which has to be met, but for those that only changes
    of any field need."""

    def __init__(self, file):
        always, _, changes = file.read_text().partition("# CHANGES")
        self.always, self.used = read(always), collections.Counter()
        self.rules = self.always + read(changes.partition("\n")[2])

    def find(self, who, kind, path, fits):
        """The line about a path that one of the two blames."""
        for rule in self.rules:
            if rule.who == who and (rule.kinds == "any" or kind in rule.kinds.split(",")):
                match = re.fullmatch(rule.path, paths.write(path))
                if match and fits(rule, match):
                    self.used[rule] += 1
                    return rule
        return None

    def alone(self, who, kind, path, words):
        """The line that says why only `ours` or only `theirs` is said."""
        return self.find(who, kind, path, lambda rule, _: re.search(rule.words, words))

    def elsewhere(self, kind, theirs, ours):
        """The line that says by which other path we name the same thing, and the findings it fits."""
        met = []

        def fits(rule, match):
            other = re.sub(r"\\(\d)", lambda group: re.escape(match.group(int(group[1])) or ""), rule.words)
            met[:] = [finding for finding in ours if re.fullmatch(other, paths.write(finding.path))]
            return met

        return self.find("elsewhere", kind, theirs, fits), met

    def unused(self):
        return [rule for rule in self.always if not self.used[rule]]


def read(text):
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [Rule(*(column.strip() for column in line.split(" | ", 5))) for line in lines]


class Comparison:
    """Counts what agreed, what was left out and why, and keeps what nobody explains."""

    def __init__(self, old, new, table):
        self.old, self.new, self.table = old, new, table
        self.agreed, self.places = collections.Counter(), collections.Counter()
        self.excluded, self.explained = collections.Counter(), collections.Counter()
        self.unexplained = []

    def with_server(self, where, data, known, verdict, ours):
        """Compares what the server says of an object, which it knows as `known`, with what we found."""
        if verdict.code == 403:
            self.excluded["the server misses another object, such as a PriorityClass"] += 1
            return
        old = self.old.problems(known)
        new = self.new.problems(data) if self.new.has(data) else old
        for _, what in old - new:
            self.excluded[f"{what}: not so in the newest schema"] += 1
        theirs = {path: f"structure: {what}" for path, what in old & new}
        for path, words in verdict.causes:
            theirs.setdefault(path, words)
        if verdict.code >= 300 and not theirs:
            theirs[()] = verdict.message
        unknown = [path for path, what in old - new if what == "unknown"]
        inside = [finding for finding in ours if any(finding.path[: len(path)] == path for path in unknown)]
        self.excluded["about a field that the server does not have"] += len(inside)
        ours = [finding for finding in ours if finding not in inside]
        self.match(where, data["kind"], theirs, ours, {path for path, _ in new - old}, verdict.code == 400, bool(unknown))

    def with_schema(self, where, kind, problems, ours):
        """Compares the published schema with what we found; rules beyond the structure it cannot know."""
        known = [finding for finding in ours if finding.code in STRUCTURE]
        self.excluded["a rule that no schema holds"] += len(ours) - len(known)
        self.match(where, kind, problems, known)

    def match(self, where, kind, theirs, ours, newer=(), stopped=False, dropped=False):
        """Compares the paths the server blames with ours. `newer` are paths that the newest schema blames alone;
        `stopped` says that the server reads no further than the first thing it cannot decode, `dropped` that it
        judges without a field it does not have."""
        met_ours, met_theirs = set(), set()
        for path in theirs:
            for finding in ours:
                how = paths.stand(finding.path, path)
                if how:
                    self.places[how] += path not in met_theirs
                    met_ours.add(finding)
                    met_theirs.add(path)
        self.elsewhere(kind, theirs, ours, met_ours, met_theirs)
        odd = [("ours", finding.path, finding.message) for finding in ours if finding not in met_ours]
        alone = [("theirs", path, words) for path, words in theirs.items() if path not in met_theirs]
        if met_theirs:
            # One finding for one fault; what follows from it the server says as well.
            self.places["further causes of a fault already found"] += len(alone)
        else:
            odd += alone
        for who, path, words in odd:
            rule = self.table.alone(who, kind, path, words)
            if rule:
                self.explained[rule] += 1
            elif who == "ours" and any(paths.stand(path, other) for other in newer):
                self.excluded["said by the newest schema, not by the old one"] += 1
            elif who == "theirs" and dropped:
                self.excluded["follows from a field that the server does not have"] += 1
            elif who == "ours" and stopped and theirs:
                self.excluded["the server reads no further than what it cannot decode"] += 1
            else:
                self.unexplained.append((who, where, kind, paths.write(path), words))
                continue
        self.agreed["both take it" if not theirs and not ours else "both refuse it" if met_theirs and not odd else "other"] += 1

    def elsewhere(self, kind, theirs, ours, met_ours, met_theirs):
        for path in theirs:
            if path in met_theirs:
                continue
            rule, met = self.table.elsewhere(kind, path, ours)
            if rule:
                met_theirs.add(path)
                met_ours.update(met)
                self.places["another name of it"] += 1
                self.explained[rule] += 1
