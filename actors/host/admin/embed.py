#!/usr/bin/env python3
"""Writes a file as a C++ string: embed.py FILE OUTPUT NAME HEADER. The build calls it for the dashboard.

The bytes are an array of numbers: compilers limit the length of a string literal.
"""
import pathlib
import sys

A_LINE = 32

source, output, name, header = sys.argv[1:5]
data = pathlib.Path(source).read_bytes()
lines = ",\n    ".join(", ".join(str(byte if byte < 128 else byte - 256) for byte in data[at:at + A_LINE]) for at in range(0, len(data), A_LINE))
pathlib.Path(output).write_text(f"""#include "{header}"

namespace hearth {{

namespace {{
constexpr signed char {name}_bytes[] = {{
    {lines}}};
}} // namespace

const std::string_view {name}{{reinterpret_cast<const char*>({name}_bytes), sizeof {name}_bytes}};

}} // namespace hearth
""")
