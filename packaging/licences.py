#!/usr/bin/env python3
"""Writes assets/licences.txt: what Limner is built from, by whom, under which licence.

The window shows it under About, packages carry it. Run again after a change to
Cargo.lock; `cargo test --test licences` fails until then. Needs cargo and the
crates' sources (cargo fetches them), nothing but Python's own library.
"""

import json
import re
import subprocess
import textwrap
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
OUT = ROOT / "assets/licences.txt"
LICENCE_FILE = re.compile(r"licen[sc]e|^(copying|copyright|notice|patents|ofl|ufl)", re.I)
# Where a crate leaves the choice, its MIT licence is taken; these files are then not needed.
OTHER_CHOICES = re.compile(r"apache|zlib|bsd|unlicense|boost|bsl|gpl|cc0|0bsd|isc|mit-0|mit0", re.I)
SKIPPED_FOLDERS = {"tests", "test", "benches", "examples", "target", ".github"}
FOLDERS_OF_LICENCES = ("licenses", "licences", "fonts")
TEXT_ENDINGS = ("", ".md", ".txt", ".0", ".apache", ".mit")
DEPTH = 3
WIDTH = 110
LINE = "-" * 100

HEAD = """\
LICENCES

Limner itself is under the MIT licence or the Apache License 2.0, as you like. Its networks have cards of their own
(Models in the window, models/NAME/card.md in the source), with rights in the data.

This file is made by packaging/licences.py from Cargo.lock. The first list is what the program contains, over all
systems that it is built for; the second is what tests, build scripts and optional features need beside it. The
texts of the first list's licences follow. Where a crate leaves the choice among several, Limner uses it under the
MIT licence if that is one of them.
"""

MIT = """\
Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""


def metadata(*flags):
    command = ["cargo", "metadata", "--locked", "--format-version", "1", *flags]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def in_the_program(meta):
    """Ids of the packages that the program is linked from."""
    nodes = {node["id"]: node for node in meta["resolve"]["nodes"]}
    seen, todo = set(), [meta["resolve"]["root"]]
    while todo:
        package = todo.pop()
        if package in seen:
            continue
        seen.add(package)
        for dep in nodes[package]["deps"]:
            if any(kind["kind"] is None for kind in dep["dep_kinds"]):
                todo.append(dep["pkg"])
    return seen


def expression(package):
    return (package["license"] or "see its licence file").replace(" / ", " OR ").replace("/", " OR ")


def licence_files(folder):
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        inside = len(parts) <= DEPTH and not SKIPPED_FOLDERS.intersection(parts[:-1])
        named = LICENCE_FILE.search(path.name) or (len(parts) > 1 and parts[-2].lower() in FOLDERS_OF_LICENCES)
        if inside and named and path.is_file() and path.suffix.lower() in TEXT_ENDINGS:
            yield path


def texts(package):
    """The licence texts of a package that a copy of it must carry."""
    files = list(licence_files(Path(package["manifest_path"]).parent))
    words = expression(package)
    if " OR " in words and "MIT" in re.split(r"[ ()]+", words):
        if any("mit" in file.name.lower() for file in files):
            files = [file for file in files if not OTHER_CHOICES.search(file.name)]
    found = [clean(file.read_text(encoding="utf-8", errors="replace")) for file in files]
    return [text for text in found if text] or [without_file(package)]


def without_file(package):
    """A crate that brings no text names its licence and its authors."""
    authors = ", ".join(author.split(" <")[0] for author in package["authors"]) or f"the {package['name']} authors"
    if "MIT" in re.split(r"[ ()]+", expression(package)):
        return clean(f"MIT License\n\nCopyright (c) {authors}\n\n{MIT}")
    return f"Under {expression(package)}, whose text is below or with the crate. Copyright {authors}"


def clean(text):
    lines = [line.rstrip().expandtabs(4).replace("\f", "") for line in text.lstrip("\ufeff").splitlines()]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
    # One indent less where all lines have it, so that the same text is seen to be the same.
    margin = min((len(line) - len(line.lstrip()) for line in text.splitlines() if line), default=0)
    return "\n".join(map(short, (line[margin:] for line in text.splitlines())))


def short(line):
    """A line cut where a screen ends."""
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(line, WIDTH, subsequent_indent=indent, break_long_words=False) if len(line) > WIDTH else line


def key(text):
    return re.sub(r"[\s*#]+", " ", text).strip().lower()


def owners_under_mit(text):
    """The copyright lines of a text that is otherwise the MIT licence word by word; else nothing."""
    head, permission, body = text.partition("Permission is hereby granted")
    if words_of(permission + body) != words_of(MIT):
        return None
    lines = [line.strip() for line in head.splitlines() if line.strip()]
    title = re.compile(r"^(the )?mit licen[sc]e( ?\(mit\))?$|^#+ .*licen[sc]e.*$|^\(mit\)$", re.I)
    return "\n".join(line for line in lines if not title.match(line))


def words_of(text):
    return re.findall(r"[a-z]+", text.lower())


def row(package):
    return f"{package['name']} {package['version']}  {expression(package)}"


def main():
    meta = metadata()
    everything = metadata("--all-features")
    root = meta["resolve"]["root"]
    by_id = {package["id"]: package for package in everything["packages"]}
    program = in_the_program(meta) - {root}
    order = sorted(by_id.values(), key=lambda package: (package["name"], package["version"]))
    inside = [package for package in order if package["id"] in program]
    beside = [package for package in order if package["id"] not in program and package["id"] != root]

    groups, under_mit = {}, {}
    for package in inside:
        name = f"{package['name']} {package['version']}"
        for text in texts(package):
            owners = owners_under_mit(text)
            if owners:
                under_mit.setdefault(owners, []).append(name)
            else:
                groups.setdefault(key(text), (text, []))[1].append(name)
    out = [HEAD, "IN THE PROGRAM\n", *map(row, inside), "\nFOR TESTS, BUILD SCRIPTS AND OPTIONAL FEATURES\n"]
    out += [*map(row, beside), "\nTEXTS"]
    out += [f"\n{LINE}", "MIT License, with the copyright notices of the crates that use it in these very words\n"]
    for owners, names in sorted(under_mit.items(), key=lambda group: group[1]):
        out += [*fold(names), *(f"    {line}" for line in owners.splitlines())]
    out += ["", MIT]
    for text, names in sorted(groups.values(), key=lambda group: (-len(group[1]), group[1])):
        out += [f"\n{LINE}", *fold(names), "", text]
    OUT.write_text("\n".join(out) + "\n", encoding="utf-8")
    print(f"{OUT.relative_to(ROOT)}: {len(inside)} in the program, {len(beside)} beside it, {len(groups) + 1} texts")


def fold(names):
    """Names on lines of readable length."""
    lines, line = [], ""
    for name in names:
        if line and len(line) + len(name) > WIDTH:
            lines.append(line + ",")
            line = ""
        line += (", " if line else "") + name
    return [*lines, line]


if __name__ == "__main__":
    main()
