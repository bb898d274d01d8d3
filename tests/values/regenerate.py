#!/usr/bin/env python3
"""Asks the real Helm for the results of the cases beside this file and writes them into the cases.

Usage: CLEARML_K8S_HELM=/path/to/helm tests/values/regenerate.py [--check] [FILE.toml …]

A case is a `helm template` of a chart made of `defaults`, `charts` and `schemas` with `files` and `args`.
Written are `out` (the values, see TEMPLATE), `log` (lines on stderr, sorted) and `error`.
With --check nothing is written; the exit code tells whether Helm still says the same.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import tomllib

HERE = pathlib.Path(__file__).parent
HELM = os.environ["CLEARML_K8S_HELM"]
# Values as one line: text as Go's %q prints it, `i` behind integers, `f` behind floats.
TEMPLATE = """
{{- define "t" -}}
{{- $k := kindOf . -}}
{{- if eq $k "map" -}} { {{- range $i, $v := . -}} {{ printf "%q" $i }}:{{ include "t" $v }}, {{- end -}} }
{{- else if eq $k "slice" -}} [ {{- range . -}} {{ include "t" . }}, {{- end -}} ]
{{- else if eq $k "int64" -}} {{ . }}i
{{- else if eq $k "float64" -}} {{ . }}f
{{- else if eq $k "string" -}} {{ printf "%q" . }}
{{- else if eq $k "bool" -}} {{ . }}
{{- else if eq $k "invalid" -}} null
{{- else -}} ?{{ $k }} {{- end -}}
{{- end -}}
#> {{ include "t" .Values }}
"""
FIELDS = ["note", "args", "files", "defaults", "charts", "schema", "schemas", "out", "log", "error"]


def run(case):
    with tempfile.TemporaryDirectory() as tmp:
        tmp = pathlib.Path(tmp)
        chart(tmp / "c", case.get("defaults", ""), case.get("schema"))
        (tmp / "c/templates").mkdir()
        (tmp / "c/templates/a.yaml").write_text(TEMPLATE)
        for path, defaults in case.get("charts", {}).items():
            chart(tmp / "c/charts" / path.replace("/", "/charts/"), defaults, case.get("schemas", {}).get(path))
        args = []
        for index, text in enumerate(case.get("files", [])):
            (tmp / f"f{index}.yaml").write_text(text)
            args += ["-f", f"f{index}.yaml"]
        (tmp / "text.txt").write_text("text\n")
        env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp), "HTTP_PROXY": "http://127.0.0.1:9",
               "HTTPS_PROXY": "http://127.0.0.1:9"}
        done = subprocess.run([HELM, "template", "x", "./c", *args, *case.get("args", [])], cwd=tmp, env=env,
                              capture_output=True, text=True, timeout=60)
    result = {}
    for line in done.stdout.splitlines():
        if line.startswith("#> "):
            result["out"] = line[3:]
    before, mark, error = ("\n" + done.stderr).partition("\nError: ")
    log = sorted(line for line in before.splitlines() if line)
    if log:
        result["log"] = log
    if mark:
        result["error"] = error.removesuffix("\n").replace(str(tmp), "TMP")
    return result


def chart(path, defaults, schema):
    path.mkdir(parents=True)
    (path / "Chart.yaml").write_text(f"apiVersion: v2\nname: {path.name}\nversion: 0.1.0\n")
    (path / "values.yaml").write_text(defaults)
    if schema is not None:
        (path / "values.schema.json").write_text(schema)


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    if "'" not in value and value.isprintable():
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def main():
    check = "--check" in sys.argv
    files = [pathlib.Path(a) for a in sys.argv[1:] if not a.startswith("--")] or sorted(HERE.glob("*.toml"))
    bad = 0
    for file in files:
        cases = tomllib.loads(file.read_text())["case"]
        lines = file.read_text().splitlines()
        head = [line for line in lines[: next(i for i, l in enumerate(lines) if l == "[[case]]")]]
        text = "\n".join(head).rstrip("\n") + "\n"
        for case in cases:
            fresh = {k: v for k, v in case.items() if k not in ("out", "log", "error")} | run(case)
            if check and normal(fresh) != normal(case):
                bad += 1
                print(f"{file.name}: {case.get('args')} {case.get('note', '')}: {fresh} was {case}")
            text += "\n[[case]]\n" + "".join(f"{k} = {toml(fresh[k])}\n" for k in FIELDS if k in fresh)
        if not check:
            file.write_text(text)
        print(f"{file.name}: {len(cases)} cases")
    sys.exit(bad > 0)


def normal(case):
    """Helm prints sibling errors of a schema in random order."""
    return case | {"error": sorted(case.get("error", "").splitlines())}


main()
