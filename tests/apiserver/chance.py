"""Changes that nobody thought of: at every field an object has or could have, by the API's own document."""

import copy
import random

# What a field of a type is set to.
TRIES = {
    "string": ["", "x", "A_b", "a b", "../x", "/x", "x" * 254],
    "integer": [-1, 0, 1, 70000, 2147483647],
    "number": [-1, 0, 1],
    "boolean": [True, False],
}
# These a server writes itself.
WRITTEN = {"status", "managedFields", "creationTimestamp", "deletionTimestamp", "selfLink", "resourceVersion", "uid", "apiVersion", "kind"}


def changes(document, data):
    """Every change of an object: its words, which are the same for the same change of another object of the kind, and
    the object after it."""
    definition = document.kinds[data["apiVersion"], data["kind"]]
    for path, what, change in fields(document, data, definition, ()):
        words = f"{data['kind']} {'.'.join('[]' if isinstance(part, int) else part for part in path)} {what}"
        yield words, lambda path=path, change=change: after(data, path, change)


def after(data, path, change):
    data = copy.deepcopy(data)
    node = data
    for part in path[:-1]:
        node = node[part]
    if isinstance(node, dict) and one_of(data, path[:-1]):
        for key in [key for key, value in node.items() if isinstance(value, dict) and key not in BESIDE]:
            if key != path[-1]:
                del node[key]
    change(node, path[-1])
    return data


# Fields of these forms stand beside the one of many that an object has.
BESIDE = {"nodeAffinity", "claimRef", "capacity"}


def one_of(data, path):
    """Whether a map holds one of many forms, so that another takes the place of the one that is there."""
    parent = path[-2] if path and isinstance(path[-1], int) else path[-1] if path else ""
    return parent in ("volumes", "metrics") or str(parent).endswith("Probe") or (data["kind"], path) == ("PersistentVolume", ("spec",))


def fields(document, value, schema, path):
    schema = document.resolve(schema)
    if isinstance(value, dict):
        known = schema.get("properties")
        for key, inner in (known or {}).items():
            if key in WRITTEN:
                continue
            if value.get(key) is not None:
                yield (*path, key), "taken out", lambda node, last: node.pop(last, None)
                yield from tries(document, inner, (*path, key))
                yield from fields(document, value[key], inner, (*path, key))
            else:
                yield from tries(document, inner, (*path, key))
    elif isinstance(value, list) and value:
        yield (*path, 0), "twice", lambda node, last: node.append(copy.deepcopy(node[last]))
        yield from fields(document, value[0], schema.get("items", {}), (*path, 0))


def tries(document, schema, path):
    """Values for a field, good and bad ones."""
    schema = document.resolve(schema)
    kinds = document.wanted(schema)
    values = [value for kind in kinds for value in TRIES.get(kind, [])] + schema.get("enum", [])[:3]
    if "object" in kinds:
        values += [{}, sample(document, schema, 0)]
        values += [{key: sample(document, inner, 1)} for key, inner in schema.get("properties", {}).items()]
    if "array" in kinds:
        values += [[], [sample(document, schema.get("items", {}), 0)]]
    for value in values:
        if value is not None:
            yield path, f"= {value!r:.60}", lambda node, last, value=value: node.__setitem__(last, copy.deepcopy(value))


def sample(document, schema, depth):
    """A value a schema takes, with the fields it requires."""
    schema = document.resolve(schema)
    kinds = document.wanted(schema)
    if "enum" in schema:
        return next(choice for choice in schema["enum"] if choice)
    if "object" in kinds and depth < 6:
        return {key: sample(document, schema["properties"][key], depth + 1) for key in schema.get("required", [])}
    if "array" in kinds:
        return [sample(document, schema.get("items", {}), depth + 1)] if depth < 6 else []
    return {"integer": 1, "number": 1, "boolean": True}.get((kinds or ["string"])[0], "x")


def some(document, base, count, seed):
    """So many different changes of these objects, the same ones for the same seed."""
    found = {}
    for data in base:
        for words, make in changes(document, data):
            found.setdefault(words, make)
    chosen = sorted(found)
    random.Random(seed).shuffle(chosen)
    for words in chosen[:count]:
        yield words, found[words]()
