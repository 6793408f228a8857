#!/usr/bin/env python3
"""Checks the house rules that the tree shows. rules.py [ROOT]; prints each violation, and exits 1 if there is one."""
import pathlib
import re
import subprocess
import sys

TOP = {"meson.build", "actors", "messages", "storage", "stats", "tests", "README.md", "LICENSE", "CHANGELOG.md"}
CODE = {".cpp", ".hpp", ".h", ".py", ".sh"}
COLUMNS_MAX = 120
# Include arrows: the rooms that each room may include besides itself, directly or through another room.
STORAGE = {"storage", "storage/memory", "storage/blocks", "storage/eviction", "storage/hot", "storage/io", "storage/format",
           "storage/cold", "storage/segments", "storage/verify"}
PRODUCT = STORAGE | {"stats", "messages", "actors", "actors/tiers", "actors/host", "actors/host/admin", "actors/host/program"}
MAY_INCLUDE = {
    "storage": set(),
    "storage/memory": {"storage"},
    "storage/blocks": {"storage", "storage/memory"},
    "storage/eviction": {"storage", "storage/blocks"},
    "storage/hot": {"storage", "storage/memory", "storage/blocks", "storage/eviction"},
    "storage/io": {"storage", "storage/blocks"},
    "storage/format": {"storage", "storage/blocks", "storage/io"},
    "storage/simulated": {"storage", "storage/io", "storage/format"},
    "storage/cold": {"storage", "storage/blocks", "storage/io", "storage/format"},
    "storage/segments": {"storage", "storage/memory", "storage/blocks", "storage/io", "storage/format", "storage/cold"},
    "storage/verify": STORAGE,
    "stats": set(),
    "messages": STORAGE | {"stats"},
    "actors/tiers": STORAGE | {"stats", "messages"},
    "actors": STORAGE | {"stats", "messages", "actors/tiers"},
    "actors/host": STORAGE | {"stats", "messages", "actors", "actors/tiers"},
    "actors/host/admin": STORAGE | {"stats", "messages", "actors", "actors/tiers", "actors/host"},
    "actors/host/program": PRODUCT,
    "tests": PRODUCT | {"storage/simulated"},
}
FILES_WITHOUT_README = 3  # at most, in a folder of tests/
QUICKSTART = "tests/examples/quickstart.cpp"
SETTINGS, SETTINGS_TABLE = "actors/host/cache_options.hpp", "actors/host/README.md"
# The headers that a host may include, and the most headers of ours that each may reach, itself included.
PUBLIC = {
    "actors/caf_errors.hpp": 2,
    "actors/host/admin/admin_server.hpp": 19,
    "actors/host/actors.hpp": 27,
    "actors/host/cache.hpp": 18,
    "actors/host/cache_options.hpp": 6,
    "actors/host/memory.hpp": 6,
    "messages/host_messages.hpp": 15,
    "stats/log_event.hpp": 1,
    "stats/metrics.hpp": 7,
    "stats/snapshot.hpp": 6,
    "stats/table.hpp": 7,
    "storage/blocks/block.hpp": 4,
    "storage/blocks/block_key.hpp": 1,
    "storage/errors.hpp": 1,
    "storage/memory/buffer.hpp": 2,
    "storage/orders.hpp": 2,
}
PUBLIC_WITH_CAF = {"actors/caf_errors.hpp", "actors/host/actors.hpp"}
SURFACE_TABLE = "actors/host/README.md"
EVENTS_TABLE = "actors/EVENTS.md"
LOGGED = re.compile(r"(?:journal_?(?:->|\.)|note\(stats::severity::)(debug|info|warn|error)[(,]\s*\"([^\"]+)\"")
HEADER_ROW = re.compile(r"^\| ([\w/]+\.hpp) \| [^|]+ \| (\d+) \|$", re.MULTILINE)
FOR_ACTORS_ONLY = ("caf/", "spdlog/")
# Catch2 2 and 3 name their headers differently; only these two files include them.
CATCH2_ALLOWED = ("tests/support/catch.hpp", "tests/support/main.cpp")
SLEEP = re.compile(r"sleep_for|sleep_until|usleep|nanosleep|(?<![\w.])sleep\(|time\.sleep")
SLEEP_ALLOWED = ("tests/stress/", "tests/crash/", "tests/bench/")  # real threads, real processes, real time
# The files of one library; small libraries are left out.
LIBRARIES = (r"storage/(?!simulated/).*", r"stats/.*", r"actors/tiers/.*", r"actors/\w+\.cpp", r"actors/host/\w+\.cpp",
             r"actors/host/admin/\w+(?<!_absent)\.cpp",
             r"actors/host/program/(?!\w+_arguments|hearth|bench_command|replay_command)\w+\.cpp")
UNNAMED = re.compile(r"^namespace \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
CONSTANT_OR_TYPE = re.compile(r"^(?:const(?:expr)? [^({=]*?|struct |class |enum (?:class )?)(\w+)(?= [={:]|\{|;)", re.MULTILINE)
FUNCTION = re.compile(r"^[a-zA-Z][\w:<>,&* ]* (\w+\([^)]*\))[^;{]*\{", re.MULTILINE)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def room(path):
    """Room of a file: its folder; tests/ is one room."""
    return "tests" if path.startswith("tests/") else path.rpartition("/")[0]


def tracked(root):
    """Files that git knows or would add. Without git (an unpacked archive): all but hidden files and build folders."""
    try:
        listed = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True, check=True)
        names = listed.stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        names = []
    if not names:
        names = [p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()]
        names = [n for n in names if not n.startswith((".", "build")) and "__pycache__" not in n]
    return sorted(n for n in set(names) if (root / n).is_file())


def check_includes(path, text, names):
    here = room(path)
    for quote, target in INCLUDE.findall(text):
        if target.startswith(FOR_ACTORS_ONLY) and not path.startswith(("actors/", "tests/")):
            yield f"{path}: includes {target}; CAF and spdlog belong to actors/ and tests/"
        if target.startswith("catch2/") and path not in CATCH2_ALLOWED:
            yield f"{path}: includes {target}, which Catch2 2 or 3 lacks: include tests/support/catch.hpp"
        if quote == "<":
            if room(target) in MAY_INCLUDE:
                yield f"{path}: includes <{target}>; our own headers are included with quotes"
            continue
        if target not in names:
            yield f'{path}: includes "{target}", which is no file seen from the repository root'
        elif here not in MAY_INCLUDE:
            yield f"{path}: lies in {here}/, which has no arrows in tests/rules.py"
        elif room(target) not in MAY_INCLUDE[here] | {here}:
            yield f"{path}: includes {target}; {here} may include {', '.join(sorted(MAY_INCLUDE[here])) or 'no other room'} only"


def check_own_header(path, text, names):
    """name.cpp includes name.hpp first, so that each of these headers is compiled as if alone."""
    own = path.removesuffix(".cpp") + ".hpp"
    first = INCLUDE.search(text)
    if path.endswith(".cpp") and own in names and (not first or first[2] != own):
        yield f"{path}: includes {first[2] if first else 'nothing'} first; its own header comes first: {own}"


def check_unnamed(root, names):
    """Names in unnamed namespaces are unique per library: with the sanitizers, several of its files are compiled as one."""
    for library in LIBRARIES:
        seen = {}
        for path in (n for n in names if n.endswith(".cpp") and re.fullmatch(library, n)):
            for block in UNNAMED.findall((root / path).read_text()):
                for name in CONSTANT_OR_TYPE.findall(block) + FUNCTION.findall(block):
                    if seen.setdefault(name, path) != path:
                        yield f"{path}: {name} is in an unnamed namespace of {seen[name]} as well: give one a name of its own"


def reached(root, header, names):
    """Our headers that `header` includes, directly or through others, itself included; and the CAF headers they include."""
    ours, foreign, todo = set(), set(), [header]
    while todo:
        path = todo.pop()
        if path in ours or path not in names:
            continue
        ours.add(path)
        for quote, target in INCLUDE.findall((root / path).read_text()):
            if quote == '"':
                todo.append(target)
            elif target.startswith(FOR_ACTORS_ONLY):
                foreign.add(target)
    return ours, foreign


def check_surface(root, names):
    """The table lists exactly the public headers and how many headers each reaches; none reaches more than it may."""
    table = {header: int(count) for header, count in HEADER_ROW.findall((root / SURFACE_TABLE).read_text())}
    for header, most in PUBLIC.items():
        if header not in names:
            yield f"{header}: is no file, yet tests/rules.py has it as a public header"
            continue
        ours, foreign = reached(root, header, names)
        if len(ours) > most:
            yield f"{header}: reaches {len(ours)} headers, at most {most}: {', '.join(sorted(ours))}"
        if foreign and header not in PUBLIC_WITH_CAF:
            yield f"{header}: reaches <{min(foreign)}>, but a host that does not use CAF includes it"
        if (told := table.pop(header, None)) != len(ours):
            yield f"{SURFACE_TABLE}: says that {header} reaches {told or 'nothing'}, found {len(ours)}"
    for header in table:
        yield f"{SURFACE_TABLE}: {header} is no public header: see PUBLIC in tests/rules.py"
    for path in sorted(names):
        if path.startswith("tests/examples/") and path.endswith(".cpp"):
            for quote, target in INCLUDE.findall((root / path).read_text()):
                if quote == '"' and target not in PUBLIC:
                    yield f"{path}: includes {target}, which is no public header: see {SURFACE_TABLE}"


def check_folders(root, names):
    """Each folder has a README, except folders of tests/ that mirror a room or hold few files: tests/README.md has those."""
    folders = {parent.as_posix() for n in names for parent in pathlib.PurePosixPath(n).parents}
    for folder in sorted(folders):
        files = [n for n in names if pathlib.PurePosixPath(n).parent.as_posix() == folder]
        within = folder.removeprefix("tests/")
        mirrors = folder.startswith("tests/") and (within in MAY_INCLUDE or len(files) <= FILES_WITHOUT_README)
        hidden = folder.startswith(".") and folder != "."
        if not mirrors and not hidden and not (root / folder / "README.md").is_file():
            yield f"{folder}/: has no README.md"


def check_quickstart(root):
    """The front page shows the source of the example unchanged."""
    shown = "".join("    " + line + "\n" if line else "\n" for line in (root / QUICKSTART).read_text().splitlines())
    if shown not in (root / "README.md").read_text():
        yield f"README.md: does not show {QUICKSTART} as it is, indented by four"


def in_words(value, unit):
    """A default in the form of the README: 256ull << 20 is 256 MiB, 30'000 ms are 30 s."""
    shifted = re.fullmatch(r"(\d+)ull << (\d0)", value)
    if shifted:
        return shifted[1] + {"10": " KiB", "20": " MiB", "30": " GiB", "40": " TiB"}[shifted[2]]
    digits = value.replace("'", "")
    if unit == "std::chrono::milliseconds":
        return f"{int(digits) // 1000} s" if int(digits) % 1000 == 0 else f"{digits} ms"
    return f"{int(digits):,}" if digits.isdigit() else value.rpartition("::")[2]


def settings_in(text, indent):
    """Each member of a struct at this indentation, with its default in words."""
    member = re.compile(rf"^{' ' * indent}([\w:]+(?:<[^;]*>)?) (\w+)(?: = ([^;]+)|\{{([^}}]*)\}})?;", re.MULTILINE)
    return {name: in_words(assigned or braced or "none", unit) for unit, name, assigned, braced in member.findall(text)}


def check_settings(root):
    """The two tables list each setting with its default (`advanced` has its own). For 0 the table may describe a rule."""
    struct = (root / SETTINGS).read_text().partition("struct cache_options {")[2]
    usual, _, rest = struct.partition("  struct advanced_options {")
    section = (root / SETTINGS_TABLE).read_text().partition("## Settings")[2].partition("\n## ")[0]
    parts = section.partition("### Advanced settings")
    for part, settings in ((parts[0], settings_in(usual, 2)), (parts[2], settings_in(rest.partition("\n  };")[0], 4))):
        table = dict(re.findall(r"\| (\w+) \| ([^|]+?) (?=\|)", part))
        for name, default in settings.items():
            found = table.pop(name, "nothing")
            if not found.startswith(default) and not (default == "0" and not found[0].isdigit() and found != "nothing"):
                yield f"{SETTINGS_TABLE}: {name} has {found}, {SETTINGS} has {default}"
        for name in table.keys() - {"setting"}:
            yield f"{SETTINGS_TABLE}: {name} is no member of {SETTINGS}, or of the other table"


def check_events(root, names):
    """The table of log events has each id that the product logs, with its level, and no other."""
    logged = set()
    for path in (n for n in names if n.startswith("actors/") and n.endswith((".cpp", ".hpp"))):
        logged |= {(event, level) for level, event in LOGGED.findall((root / path).read_text())}
    table = set(re.findall(r"^\| ([\w.]+\.\w+) \| (\w+) \|", (root / EVENTS_TABLE).read_text(), re.MULTILINE))
    for event, level in sorted(logged ^ table):
        where = "is not in the table" if (event, level) in logged else "is logged nowhere"
        yield f"{EVENTS_TABLE}: {event} with level {level} {where}"


def violations(root):
    names = tracked(root)
    for top in sorted({n.split("/")[0] for n in names}):
        if top not in TOP and not top.startswith("."):
            yield f"{top}: not at the top level, which holds {', '.join(sorted(TOP))} and dot files"
    yield from check_folders(root, set(names))
    yield from check_surface(root, set(names))
    yield from check_unnamed(root, names)
    yield from check_quickstart(root)
    yield from check_settings(root)
    yield from check_events(root, names)
    for path in names:
        suffix = pathlib.PurePosixPath(path).suffix
        if suffix not in CODE:
            continue
        text = (root / path).read_text()
        if suffix in {".cpp", ".hpp", ".h"}:
            for number, line in enumerate(text.splitlines(), 1):
                if len(line) > COLUMNS_MAX:
                    yield f"{path}:{number}: {len(line)} columns, at most {COLUMNS_MAX}: run clang-format"
            yield from check_includes(path, text, set(names))
            yield from check_own_header(path, text, set(names))
            if path.startswith("tests/") and not path.startswith(SLEEP_ALLOWED) and SLEEP.search(text):
                yield f"{path}: sleeps; a test waits for what happens, or moves virtual time"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    found = list(violations(root))
    print("\n".join(found) or "the tree keeps the rules")
    return 1 if found else 0


sys.exit(main())
