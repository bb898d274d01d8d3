"""The table of edits: each changes one thing of an object of the corpus, as a user would get it wrong or right."""

import collections
import copy
import re

import yaml
from objects import Loader

Edit = collections.namedtuple("Edit", "code scope steps text")

MAKES_PODS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job")


def read(file):
    """Every edit of the table, and the codes it says nothing of, each with the reason."""
    edits, silent, code = [], {}, None
    for line in file.read_text().splitlines():
        if line.startswith("## "):
            code, _, reason = line[3:].partition(" ")
            if reason:
                silent[code] = reason
        elif line and not line.startswith("#"):
            scope, _, text = line.partition("|")
            steps = [_step(step.strip()) for step in text.split(" ; ")]
            edits.append(Edit(code, scope.strip(), steps, line))
    return edits, silent


def _step(text):
    path, sign, value = re.fullmatch(r"(\S+) (=|\+=|\+\+|-)(?: (.*))?", text).groups()
    path = [int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", path)]
    return path, sign, yaml.load(value, Loader) if value else None


class Absent(Exception):
    """The object has no such field."""


def apply(edit, data):
    """An edited copy of the object; none when it has not what the edit is about."""
    data = copy.deepcopy(data)
    try:
        target = _scope(edit.scope, data)
        for path, sign, value in edit.steps:
            _change(target, path, sign, copy.deepcopy(value))
    except Absent:
        return None
    return data


def _scope(scope, data):
    if scope == "any":
        return data
    if scope in ("template", "pod", "container"):
        template = pod_template(data)
        if not isinstance(template, dict) or not isinstance(template.get("spec"), dict):
            raise Absent
        if scope == "template":
            return template
        return template["spec"] if scope == "pod" else _get(template["spec"], ["containers", 0])
    if data["kind"] not in scope.split(","):
        raise Absent
    return data


def pod_template(data):
    """The pod an object is or makes."""
    if data["kind"] == "Pod":
        return data
    path = ["spec", "template"] if data["kind"] in MAKES_PODS else ["spec", "jobTemplate", "spec", "template"]
    return _get(data, path) if data["kind"] in (*MAKES_PODS, "CronJob") else None


def _get(node, path):
    for part in path:
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            raise Absent from None
    return node


def _change(node, path, sign, value):
    for part in path[:-1]:
        if isinstance(node, dict) and isinstance(part, str) and node.get(part) is None and sign in ("=", "+="):
            node[part] = {}
        node = _get(node, [part])
    last = path[-1]
    if not isinstance(node, (dict, list)):
        raise Absent
    if sign == "=":
        if isinstance(node, list) and last >= len(node):
            raise Absent
        node[last] = value
        return
    old = node.get(last) if isinstance(node, dict) else _get(node, [last])
    if sign == "-":
        _get(node, [last])
        del node[last]
    elif sign == "++":
        if not old:
            raise Absent
        old.append(copy.deepcopy(old[0]))
    elif isinstance(value, dict):
        node[last] = {**(old or {}), **value}
    else:
        node[last] = [*(old or []), *value]
