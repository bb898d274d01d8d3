#!/usr/bin/env python3
"""Writes what the real Helm prints under every template of the given case files (all of tests/sprig by default).

CLEARML_K8S_HELM names the program. A file has `# values: JSON` in its first line; then each case is a line with the
template, and a line with the result: `= text`, `=json "text"` where the text has more than one line, or `! error`.
Errors are Go's: Helm's form over several lines is written back into the one line it was made from.
"""
import base64, json, os, re, subprocess, sys, tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HELM = os.environ["CLEARML_K8S_HELM"]
BATCH = 40


def helm(values, files):
    with tempfile.TemporaryDirectory() as folder:
        chart = Path(folder, "c")
        Path(chart, "templates").mkdir(parents=True)
        Path(chart, "Chart.yaml").write_text("apiVersion: v2\nname: c\nversion: 0.1.0\n")
        Path(chart, "values.yaml").write_text(values)
        for name, text in files.items():
            Path(chart, "templates", name).write_text(text)
        env = {"HOME": folder, "PATH": os.environ["PATH"], "TZ": "UTC"}
        done = subprocess.run([HELM, "template", "r", str(chart)], capture_output=True, env=env)
        return done.returncode == 0, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def error_text(text):
    text = text.removeprefix("Error: ").rstrip("\n")
    text = text.removesuffix("\n\nUse --debug flag to render out invalid YAML").rstrip("\n")
    lines = re.fullmatch(r"(\S+:\d+:\d+)\n  (executing .*) at (<.*>):\n    (.*)", text, re.S)
    return "template: %s: %s at %s: %s" % lines.groups() if lines else text


def single(values, template):
    files = {"_a.tpl": template, "b.yaml": 'v: {{ include "c/templates/_a.tpl" . | b64enc }}'}
    ok, out, _ = helm(values, files)
    if ok:
        return "=", base64.b64decode(re.search(r"^v: ?(\S*)", out, re.M).group(1)).decode("utf-8", "replace")
    ok, _, error = helm(values, {"a.yaml": template})
    return "!", error_text(error)


def batch(values, templates):
    results = {}
    left = dict(enumerate(templates))
    while left:
        files = {f"_a{i}.tpl": t for i, t in left.items()}
        files["b.yaml"] = "".join(
            'v%d: {{ include "c/templates/_a%d.tpl" (dict "Values" (deepCopy .Values)) | b64enc }}\n' % (i, i) for i in left
        )
        ok, out, error = helm(values, files)
        if ok:
            for i in left:
                text = re.search(r"^v%d: ?(\S*)" % i, out, re.M).group(1)
                results[i] = "=", base64.b64decode(text).decode("utf-8", "replace")
            break
        bad = int(re.search(r"_a(\d+)\.tpl", error).group(1))
        results[bad] = single(values, left.pop(bad))
    return [results[i] for i in range(len(templates))]


def show(kind, text):
    if text.isprintable() and text.strip() == text and kind == "=":
        return f"= {text}".rstrip()
    if kind == "=":
        return "=json " + json.dumps(text, ensure_ascii=True)
    return "! " + json.dumps(text, ensure_ascii=False) if "\n" in text else "! " + text


def main(paths):
    for path in paths:
        lines = Path(path).read_text().split("\n")
        values = lines[0].removeprefix("# values: ") if lines[0].startswith("# values: ") else "{}"
        templates = [line for line in lines if line.startswith("{{")]
        groups = [templates[i : i + BATCH] for i in range(0, len(templates), BATCH)]
        with ThreadPoolExecutor(2) as pool:
            results = [r for group in pool.map(lambda g: batch(values, g), groups) for r in group]
        text = f"# values: {values}\n"
        for template, (kind, result) in zip(templates, results):
            text += f"\n{template}\n{show(kind, result)}\n"
        Path(path).write_text(text)


main(sys.argv[1:] or sorted(map(str, Path(__file__).parent.glob("*.txt"))))
