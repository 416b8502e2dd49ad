"""Counts what really ran in the logs that meson wrote, and says it in one line.

    python3 tests/count.py BUILD_DIR/meson-logs

Each TAP point of a test program is one case. The JUnit file does not say of a program that it died behind
points that all passed; testlog.json does, and then that is a failed case more.
"""
import json
import os
import sys
import xml.etree.ElementTree

GOOD = ("OK", "EXPECTEDFAIL", "SKIP")
passed = skipped = 0
failed = set()  # the programs
failures = 0
for case in xml.etree.ElementTree.parse(os.path.join(sys.argv[1], "testlog.junit.xml")).getroot().iter("testcase"):
    if case.find("failure") is not None or case.find("error") is not None:
        failures += 1
        failed.add(case.get("classname"))
        print("failed:", case.get("classname"), case.get("name"))
    elif case.find("skipped") is not None:
        skipped += 1
        print("skipped:", case.get("classname"), case.get("name"))
    else:
        passed += 1
with open(os.path.join(sys.argv[1], "testlog.json"), encoding="utf-8") as file:
    for test in map(json.loads, file):
        if test["result"] not in GOOD and not any(name.endswith(test["name"]) for name in failed):
            failures += 1
            print("failed:", test["name"], test["result"])
print(f"{passed} passed, {failures} failed" + (f", {skipped} skipped" if skipped else ""))
sys.exit(1 if failures or passed == 0 else 0)
