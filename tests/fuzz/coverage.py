#!/usr/bin/env python3
"""
Tells how much of each file the inputs of the fuzz targets reach: lines, functions, regions.

    coverage.py BUILD CORPUS ...

BUILD has the targets with clang's coverage; CORPUS are directories that have one for each target.
"""
import fnmatch
import json
import os
import pathlib
import subprocess
import sys
import tempfile

# All of the protocol, and what else reads the bytes of strangers.
SHOWN = {
    "common": ["common/*.c"],
    "server, of devices": ["server/%s.c" % name for name in (
        "request", "site_choice", "site_name", "fault_site", "http_sys", "iis", "application", "authentication",
        "operation", "mscep", "get_ca", "pki_operation", "static_file", "html", "w3c_fields", "w3c_log",
        "httperr_log", "journal_entry", "journal_text", "journal_line", "respond", "response")],
    "server, of people": ["server/%s.c" % name for name in (
        "control", "control_*", "json_place", "journal_filter",
        "journal_query", "journal_verify", "yaml_*", "configuration_*", "settings", "settings_check",
        "settings_json", "settings_text", "profile", "profile_set", "rule_reader", "rule_match", "rule_when",
        "action_value", "listen_address")],
    "client": ["client/%s.c" % name for name in (
        "admin_page", "ca_certificates", "reply_check", "issued_check", "serial", "fingerprint", "ctl_explain",
        "ctl_print")],
}
KINDS = ("lines", "functions", "regions")


def replay(program, directories, profile):
    """Plays each input once."""
    done = subprocess.run([program, "-runs=0", "-detect_leaks=0", *directories], capture_output=True, check=False,
                          env=os.environ | {"LLVM_PROFILE_FILE": str(profile)})
    if done.returncode:
        sys.exit(f"coverage: {program} ended with {done.returncode} at one of its inputs:\n"
                 + done.stderr.decode(errors="replace")[-2000:])


def measure(programs, corpora):
    with tempfile.TemporaryDirectory() as directory:
        profiles = []
        for program in programs:
            name = program.name.removeprefix("fuzz_")
            inputs = [path for corpus in corpora if (path := corpus / name).is_dir()]
            profiles.append(pathlib.Path(directory) / name)
            replay(program, inputs, profiles[-1])
        merged = pathlib.Path(directory) / "merged"
        subprocess.run(["llvm-profdata", "merge", "-sparse", *profiles, "-o", merged], check=True)
        objects = [f"-object={program}" for program in programs[1:]]
        text = subprocess.run(["llvm-cov", "export", "-summary-only", f"-instr-profile={merged}", programs[0],
                               *objects], check=True, capture_output=True).stdout
    here = pathlib.Path.cwd()
    return {os.path.relpath(file["filename"], here): file["summary"]
            for file in json.loads(text)["data"][0]["files"]}


def line(name, sums):
    cells = [f"{covered:>6} /{count:>6} {100 * covered / count if count else 100:>6.1f} %"
             for count, covered in sums]
    return f"{name:<36}" + "".join(f"{cell:>24}" for cell in cells)


def tell(title, files):
    totals = [[0, 0] for _ in KINDS]
    print(f"\n{title:<36}" + "".join(f"{kind:>24}" for kind in KINDS))
    for name, summary in sorted(files.items()):
        sums = [(summary[kind]["count"], summary[kind]["covered"]) for kind in KINDS]
        for total, (count, covered) in zip(totals, sums):
            total[0] += count
            total[1] += covered
        print(line(name, sums))
    print(line("total", totals))


def main():
    build, corpora = pathlib.Path(sys.argv[1]), [pathlib.Path(path) for path in sys.argv[2:]]
    programs = sorted(path for path in (build / "tests/fuzz").glob("fuzz_*") if path.is_file())
    summaries = measure(programs, corpora)
    for title, patterns in SHOWN.items():
        tell(title, {name: summary for name, summary in summaries.items()
                     if any(fnmatch.fnmatch(name, pattern) for pattern in patterns)})


if __name__ == "__main__":
    main()
