#!/usr/bin/env python3
"""Checks the alert rules and the dashboard of stats/ops/.

check_ops.py names ROOT: they use only metrics, labels and values of labels that stats/METRICS.md lists; each alert has what an
operator needs, a section in actors/host/OPERATIONS.md and a test; that page names only log events of actors/EVENTS.md.
check_ops.py promtool ROOT: Prometheus' own tool accepts the rules and every query of the dashboard and of METRICS.md, and the
tests of the rules pass; exits 77 (skipped) without promtool.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

EVENT_ROW = re.compile(r"^\| ([\w.]+\.\w+) \|", re.MULTILINE)
EVENT = re.compile(r"`((?:cache|cold|hot_cache|writer|reader|stats|namespace)\.\w+)`")
METRIC_ROW = re.compile(r"^\| (hearth_\w+) \| (\w+) \| ([^|]*)\|", re.MULTILINE)
QUERY_ROW = re.compile(r"^\| [^|]+ \| `([^`]+)` \|$", re.MULTILINE)
USE = re.compile(r"\b(?:(\w+)\()?(hearth_\w+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"')
ALERT = re.compile(r"^ +- alert: (\w+)\n(.*?)(?=^ +- alert: |\Z)", re.MULTILINE | re.DOTALL)
OF_COUNTERS = {"rate", "irate", "increase", "resets"}
OF_THE_SCRAPE = {"job", "instance"}  # labels that Prometheus adds
PARTS = {
    "for": r"^ +for: \d+[mh]$",
    "severity": r"^ +severity: (?:critical|warning)$",
    "summary": r'^ +summary: ".+\{\{ \$labels\.instance \}\}.*"$',
    "description": r"^ +description: >-\n +\S",
    "runbook": r"^ +runbook: actors/host/OPERATIONS\.md#[\w-]+$",
}
VARIABLES = {"$__rate_interval": "5m", "$__range": "3h", "$instance": ".*", "$namespace": ".*"}


def strings(item):
    """Every string of a JSON value, with its member's name."""
    for name, value in item.items() if isinstance(item, dict) else enumerate(item):
        if isinstance(value, str):
            yield name, value
        elif isinstance(value, (dict, list)):
            yield from strings(value)


def queries_of(dashboard):
    return [value for name, value in strings(dashboard) if name == "expr"]


def listed_metrics(page):
    """Metrics of the table: type, and values by label; no values: they are data."""
    found = {}
    for name, kind, labels in METRIC_ROW.findall(page):
        parts = [label.partition(":") for label in labels.split(";") if label.strip()]
        found[name] = kind, {label.strip(): {v.strip() for v in values.split(",") if v.strip()} for label, _, values in parts}
    return found


def check_uses(where, text, metrics):
    for function, name, matchers in USE.findall(text):
        if name not in metrics:
            yield f"{where}: {name} is no metric of METRICS.md"
            continue
        kind, labels = metrics[name]
        if function in OF_COUNTERS and kind != "counter":
            yield f"{where}: {function}({name}): it is a {kind}, expected a counter"
        for label, value in MATCHER.findall(matchers):
            if label in OF_THE_SCRAPE:
                continue
            if label not in labels:
                yield f"{where}: {name} has no label {label}, only {', '.join(labels) or 'none'}"
            elif labels[label] and value not in VARIABLES:
                for one in set(value.split("|")) - labels[label]:
                    yield f"{where}: {name}: {label} is never {one}, only {', '.join(sorted(labels[label]))}"


def check_alerts(rules, tests, guide):
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", guide, re.MULTILINE)}
    alerts = dict(ALERT.findall(rules))
    tested = set(re.findall(r'alertname="(\w+)"', tests))
    for name, body in alerts.items():
        for part, pattern in PARTS.items():
            if not re.search(pattern, body, re.MULTILINE):
                yield f"alerts.yml: {name}: `{part}` is missing, or not of the form {pattern}"
        for anchor in re.findall(r"OPERATIONS\.md#([\w-]+)", body):
            if anchor not in anchors:
                yield f"alerts.yml: {name}: OPERATIONS.md has no section #{anchor}"
        if name not in tested:
            yield f"alerts_test.yml: no situation in which {name} fires"
        if f"`{name}`" not in guide:
            yield f"OPERATIONS.md: does not mention `{name}`"
    for name in (tested | set(re.findall(r"`(Hearth\w+)`", guide))) - alerts.keys():
        yield f"{name} is tested or described, but no alert of alerts.yml"
    if not alerts:
        yield "alerts.yml: found no alert"


def check_names(root, ops):
    metrics = listed_metrics((root / "stats/METRICS.md").read_text())
    guide = (root / "actors/host/OPERATIONS.md").read_text()
    rules, tests = (ops / "alerts.yml").read_text(), (ops / "alerts_test.yml").read_text()
    dashboard = json.loads((ops / "grafana.json").read_text())
    for event in set(EVENT.findall(guide)) - set(EVENT_ROW.findall((root / "actors/EVENTS.md").read_text())):
        yield f"OPERATIONS.md: {event} is no event of actors/EVENTS.md"
    yield from check_alerts(rules, tests, guide)
    for where, text in (("alerts.yml", rules), ("alerts_test.yml", tests), ("OPERATIONS.md", guide)):
        yield from check_uses(where, text, metrics)
    for _, text in strings(dashboard):
        yield from check_uses("grafana.json", text, metrics)


def check_promtool(root, ops):
    promtool = shutil.which("promtool")
    if promtool is None:
        print("promtool is missing (package prometheus): not checked")
        sys.exit(77)
    queries = queries_of(json.loads((ops / "grafana.json").read_text()))
    queries += QUERY_ROW.findall((root / "stats/METRICS.md").read_text())
    for variable, value in VARIABLES.items():
        queries = [query.replace(variable, value) for query in queries]
    for query in queries:
        if "$" in query:
            yield f"grafana.json: a variable that tests/stats/check_ops.py does not know: {query}"
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "queries.yml"
        rules = [{"record": f"query:{number}", "expr": query} for number, query in enumerate(queries)]
        file.write_text(json.dumps({"groups": [{"name": "queries", "rules": rules}]}))  # JSON is YAML
        for what, path in (("check", ops / "alerts.yml"), ("check", file), ("test", ops / "alerts_test.yml")):
            run = subprocess.run([promtool, what, "rules", path], capture_output=True, text=True, check=False)
            print(run.stdout, end="")
            if run.returncode != 0:
                yield f"promtool {what} rules {path.name}: exit status {run.returncode}\n{run.stderr}"
    print(f"{len(queries)} queries")


def main():
    what, root = sys.argv[1], pathlib.Path(sys.argv[2])
    ops = root / "stats/ops"
    found = list(check_names(root, ops) if what == "names" else check_promtool(root, ops))
    print("\n".join(found))
    return 1 if found else 0


sys.exit(main())
