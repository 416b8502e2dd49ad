"""Reads the C sources with the compiler's eyes: clang-tidy, cppcheck and gcc -fanalyzer, a file at a time.

    python3 tests/analysis/analyse.py BUILD_DIR [--jobs N] [--shallow] [TOOL ...]

Prints what each tool finds, where, then a line for each tool; ends with 1 if there was anything, with 77 if a tool
is not installed and nothing else was wrong. Each tool must first find what defects.c says is wrong there: one that
has lost its configuration finds nothing elsewhere either. What a tool must not say, and why, stands in .clang-tidy,
in cppcheck.suppressions, or at the place itself (NOLINT, cppcheck-suppress, #pragma GCC diagnostic).
"""
import argparse
import concurrent.futures
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
DEFECTS = "tests/analysis/defects.c"
FINDING = re.compile(r"^\S+:\d+(:\d+)?: (fatal error|error|warning|performance|portability|style): ")
CHECKS = re.compile(r"\[([^]]+)\]$")  # at the end of a finding: the checks that found it
EXPECTED = re.compile(r"(clang-tidy|cppcheck|gcc): ([\w.-]+)")  # in defects.c: the tool, the check
# Of the build's commands: what names outputs, what only some compilers know, and what changes the program.
LEFT_OUT = re.compile(r"-MD|-c|-g|-fdiagnostics-color=.*|-fsanitize=.*|-fno-sanitize.*")
LEFT_OUT_WITH_VALUE = ("-o", "-MQ", "-MF")
SECONDS_MAX = 300  # of one file
# Three quarters of clang-tidy's time go into walking the paths through each function, whichever checks look on. Most
# functions end long before this many nodes (clang's own bound is 225,000); what lies behind takes half of the time.
SHALLOW = {"clang-tidy": ["-Xclang", "-analyzer-config", "-Xclang", "max-nodes=50000"]}


def command_of_gcc(file, arguments):
    """As the build compiles it, without a result. The analysis sees most when functions are not yet inlined."""
    return ["gcc", *arguments, "-fanalyzer", "-O1", "-U_FORTIFY_SOURCE", "-S", "-o", "/dev/null", file]


def command_of_clang_tidy(file, arguments):
    return ["clang-tidy", "--quiet", file, "--", *(word for word in arguments if word != "-fstack-clash-protection")]


def command_of_cppcheck(file, arguments):
    return ["cppcheck", "--quiet", "--std=c11", "--enable=warning,performance,portability", "--inline-suppr",
            f"--suppressions-list={HERE}/cppcheck.suppressions",
            *(f"--library={name}" for name in ("posix", "gnu", "openssl", "sqlite3", "libcurl")),
            f"--library={HERE}/cppcheck.cfg", "--template={file}:{line}:{column}: {severity}: {message} [{id}]",
            "-D_GNU_SOURCE", '-DMOCK_NDES_VERSION=""', "-I.", file]


# Name, its command, and the folders that it reads: tests are read by the quickest alone.
TOOLS = {
    "clang-tidy": (command_of_clang_tidy, ("common", "server", "client")),
    "cppcheck": (command_of_cppcheck, ("common", "server", "client", "tests")),
    "gcc": (command_of_gcc, ("common", "server", "client")),
}


def arguments_of(entry, root, build):
    """Returns what a command of the build tells its compiler, for use from the root of the sources."""
    words = shlex.split(entry["command"])
    kept = []
    skip = False
    while words and not words[0].startswith("-"):
        words.pop(0)  # ccache, cc
    for word in words:
        if skip or word in LEFT_OUT_WITH_VALUE:
            skip = not skip
        elif word.startswith("-I"):
            kept.append("-I" + os.path.relpath(os.path.join(build, word[2:]), root))
        elif word.startswith("-") and not LEFT_OUT.fullmatch(word):
            kept.append(word)
    return kept


def sources(build):
    """Returns each source file of ours, from the root on, with its compiler's arguments."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    found = {}
    for entry in entries:
        path = os.path.relpath(os.path.join(entry["directory"], entry["file"]), ROOT)
        found.setdefault(path, arguments_of(entry, ROOT, entry["directory"]))
    return found


def look(command):
    """Returns the findings of a tool in a file, and all that it says; that it failed is a finding too."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    except subprocess.TimeoutExpired:
        said = f"{shlex.join(command)}\ntests/analysis/analyse.py:1: error: ended after {SECONDS_MAX} seconds"
        return [said], said
    # clang-tidy says on stderr how many warnings it left out, cppcheck its findings.
    output = (done.stdout + ("" if command[0] == "clang-tidy" else done.stderr)).strip()
    output = output.replace(ROOT + "/", "").replace("./", "")
    found = list(dict.fromkeys(filter(FINDING.match, output.splitlines())))
    if done.returncode != 0 and not found:
        output = f"{shlex.join(command)}\nended with {done.returncode}: {output or done.stderr.strip()}"
        found = [output]
    return found, output


def overlooked(tool, more):
    """Returns the checks that should find something in defects.c and do not, and what was said instead."""
    expected = set()
    for path in (DEFECTS, DEFECTS.replace(".c", ".h")):
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            expected.update(check for name, check in EXPECTED.findall(file.read()) if name == tool)
    command, _ = TOOLS[tool]
    found, output = look(command(DEFECTS, ["-I.", *more]))
    for match in filter(None, map(CHECKS.search, found)):
        expected.difference_update(match[1].split(","))
    return sorted(expected), output


def version(tool):
    """Returns what the tool says of itself, as 14.0.6: another version may find more, or less."""
    said = subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout
    return re.search(r"\d+\.\d[\d.]*", said)[0]


def analyse(tool, files, jobs, more):
    """Prints what the tool finds, told more, and then its line. Returns 0: nothing, 1: something, 77: there is no such tool."""
    if not shutil.which(tool):
        print(f"{tool}: not installed, skipped")
        return 77
    command, folders = TOOLS[tool]
    begin = time.monotonic()
    blind, output = overlooked(tool, more)
    if blind:
        print(output)
        print(f"{tool} {version(tool)}: {', '.join(blind)} did not find what is wrong in {DEFECTS} on purpose, and so "
              "would find nothing elsewhere")
        return 1
    paths = sorted(path for path in files if path.split("/")[0] in folders)
    known = set()  # what is wrong in a header shows in many files
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for found, output in pool.map(lambda path: look(command(path, files[path] + more)), paths):
            if known.issuperset(found):
                continue
            known.update(found)
            print(output, flush=True)
    count = len(known)
    said = "1 finding" if count == 1 else f"{count or 'no'} findings"
    print(f"{tool} {version(tool)}: {said} in {len(paths)} files, {time.monotonic() - begin:.0f} s", flush=True)
    return 1 if count or not paths else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--shallow", action="store_true", help="follow paths less far, for a run of the tests")
    parser.add_argument("tools", nargs="*", metavar="TOOL", help=" ".join(TOOLS))
    asked = parser.parse_intermixed_args()
    unknown = [name for name in asked.tools if name not in TOOLS]
    if unknown:
        parser.error(f"there is no tool \"{unknown[0]}\" here; there is {', '.join(TOOLS)}")
    files = sources(asked.build)
    results = [analyse(tool, files, asked.jobs, SHALLOW.get(tool, []) if asked.shallow else [])
               for tool in asked.tools or TOOLS]
    return 1 if 1 in results else max(results)


if __name__ == "__main__":
    sys.exit(main())
