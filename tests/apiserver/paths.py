"""Paths of fields, as tuples of keys and indexes, so that `data[a.b]` and `containers[0].name` are read alike."""

import re

PART = re.compile(r"\[([^\[\]]*)\]|([^.\[\]]+)")


def read(text):
    return tuple(key or word for key, word in PART.findall(text)) if text not in ("<nil>", "<root>") else ()


def write(path):
    """The path with `[]` for every index, as the tables name it."""
    text = ""
    for part in path:
        if part.isdigit():
            text += "[]"
        else:
            text += "." + part if re.fullmatch(r"[\w$-]+", part) else f"[{part}]"
    return text.lstrip(".")


def stand(ours, theirs):
    """How our path stands to the server's: the words of the report, or none when they are about different things."""
    if ours == theirs:
        return "same place"
    if ours[: len(theirs)] == theirs:
        return "a finer place"
    if theirs[: len(ours)] == ours:
        return "a coarser place"
    named = [tuple(part for part in path if not part.isdigit()) for path in (ours, theirs)]
    return "the index it leaves out" if named[0] == named[1] and len(ours) > len(theirs) else None
