#!/usr/bin/env python3
"""Writes a file as a C++ string: embed.py FILE OUTPUT NAME HEADER. The build calls it for the dashboard.

The text is cut into raw string literals, because compilers limit the length of one.
"""
import pathlib
import sys

PIECE = 8000
MARK = "hearth_page"

source, output, name, header = sys.argv[1:5]
text = pathlib.Path(source).read_text(encoding="utf-8")
assert f"){MARK}\"" not in text
pieces = [text[at:at + PIECE] for at in range(0, len(text), PIECE)]
literals = "\n".join(f'R"{MARK}({piece}){MARK}"' for piece in pieces) or '""'
pathlib.Path(output).write_text(
    f'#include "{header}"\n\nnamespace hearth {{\n\nconst std::string_view {name} =\n{literals};\n\n}} // namespace hearth\n',
    encoding="utf-8")
