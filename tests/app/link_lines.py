"""Checks the link lines of a build: the core and waypost-cli link no Qt, core tests no more of it than QtTest and QtCore.

usage: link_lines.py BUILD_FOLDER
Reads build.ninja, so what is judged is what the linker is really given.
"""
import re
import sys


def link_lines(build_ninja):
    """(output, kind, all its libraries, whether it is built from tests/ui) of every executable and archive."""
    output, kind, ui = None, None, False
    with open(build_ninja, encoding="utf-8") as lines:
        for line in lines:
            m = re.match(r"build (\S+?)(?: \|.*)?: C(?:XX)?_(EXECUTABLE|STATIC_LIBRARY)_LINKER", line)
            if m:
                output, kind, ui = m.group(1), m.group(2), " tests/ui/" in line
                yield output, kind, "", ui
            elif line.startswith("  LINK_LIBRARIES = ") and output:
                yield output, kind, line.split("=", 1)[1], ui
            elif not line.startswith("  "):
                output = None


def compile_includes(build_ninja):
    """(object, include flags and defines) of every compile."""
    output = None
    with open(build_ninja, encoding="utf-8") as lines:
        for line in lines:
            m = re.match(r"build (\S+\.o): CXX_COMPILER", line)
            if m:
                output = m.group(1)
            elif line.startswith("  INCLUDES = ") and output:
                yield output, line
            elif not line.startswith("  "):
                output = None


def main():
    ninja = sys.argv[1] + "/build.ninja"
    bad, executables, objects = [], 0, 0
    for output, kind, libraries, ui in link_lines(ninja):
        qt = set(re.findall(r"libQt6(\w+?)\.so", libraries))
        name = output.rsplit("/", 1)[-1]
        if kind == "EXECUTABLE" and libraries:
            executables += 1
        if name == "waypost-cli" and qt:
            bad.append(f"waypost-cli links Qt: {sorted(qt)}")
        if name.startswith(("fuzz_", "bench_")) and not ui and "ui" not in name and qt:
            bad.append(f"{name} links Qt: {sorted(qt)}")
        if name.startswith("tst_") and not ui and qt - {"Core", "Test"}:
            bad.append(f"core test {name} links more of Qt than Core and Test: {sorted(qt)}")
    for output, includes in compile_includes(ninja):
        if output.startswith("core/") or output.startswith("app/CMakeFiles/waypost-cli"):
            objects += 1
            if re.search(r"qt6|/Qt", includes):
                bad.append(f"{output} is compiled with Qt on its include path")
    if executables < 5 or objects < 20:
        bad.append(f"only {executables} executables and {objects} core objects were found: the build file is not understood")
    for b in bad:
        print(b)
    print(f"{executables} executables and {objects} core objects looked at, {len(bad)} violations")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
