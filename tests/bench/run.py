"""Measures the server: tables for each part, and at the end all bounds in one.

    python3 tests/bench/run.py BUILD_DIR [--hold SECONDS] [PART ...]

Without parts all are measured, one after the other. Everything runs on loopback, is bounded, and is
ended by its process id. The exit status is 1 where a bound was not reached.
"""
import argparse
import sys
import time

import bombs
import challenges
import control
import devices
import enrol
import growth
import held
import journal
import outcome
import plain
import sites
import start


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench")
    parser.add_argument("build", help=argparse.SUPPRESS)
    parser.add_argument("--hold", type=int, default=0, metavar="SECONDS",
                        help="how long part held holds its requests (default as short as it can be, 120 is "
                             "the full time)")
    parser.add_argument("parts", nargs="*", metavar="PART", help="what to measure (default all)")
    return parser.parse_args()


PARTS = {
    "startup": start.startup,
    "fresh": start.fresh,
    "resident": start.resident,
    "several": start.several,
    "enrol": enrol.enrol,
    "schedule": enrol.schedule,
    "logs": enrol.logs,
    "peer": enrol.peer,
    "plain": plain.plain,
    "beside": plain.beside,
    "connections": devices.connections,
    "devices": devices.devices,
    "poll": devices.poll,
    "challenges": challenges.challenges,
    "growth": growth.growth,
    "held": held.held,
    "dribble": held.dribble,
    "control": control.switching,
    "sites": sites.sites,
    "calls": control.calls,
    "journal": journal.journal,
    "waits": journal.waits,
    "bombs": bombs.bombs,
}


def main():
    given = arguments()
    unknown = [name for name in given.parts if name not in PARTS]
    if unknown:
        sys.exit(f"bench: there is no part \"{unknown[0]}\"; there are {', '.join(PARTS)}")
    held.HOLD_S = given.hold
    begun = time.monotonic()
    for name in given.parts or PARTS:
        part_begun = time.monotonic()
        PARTS[name]()
        print(f"  ({name}: {time.monotonic() - part_begun:.0f} s)", flush=True)
    missed = outcome.finish()
    print(f"{time.monotonic() - begun:.0f} s in all")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
