#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""coverage.py: every line and every branch of the rooms of floor 0 is reached by their
tests in userspace. `make coverage` says which those are.

Builds ROOMS and the programs COVERED once more in OUT, with counters and without
optimisation, runs the programs, and prints a TAP line per room; what was never
reached is named above it. A room's inline functions count where a program uses
them; one that none uses was not reached either. There is no list of exceptions.
"""

import collections
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
MODULE = os.path.normpath(os.path.join(HERE, "..", "..", "module"))
FLAGS = ["-std=gnu11", "-O0", "-g", "--coverage", "-DJVPN_TEST_LINKED", f"-I{HERE}",
         f"-I{MODULE}"]
out = os.path.join(os.environ["OUT"], "coverage")
rooms, programs = (os.environ[name].split() for name in ("ROOMS", "COVERED"))


def run(*command):
    done = subprocess.run(command, cwd=out, capture_output=True, text=True, check=False,
                          env=dict(os.environ, JVPN_SIM_SEEDS="1"))
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}:\n{done.stdout}{done.stderr}")
    return done.stdout


def compiled(name, source):
    run("gcc", *FLAGS, "-c", "-o", name + ".o", source)


def source_of(program):
    here = os.path.join(HERE, program + ".c")
    return here if os.path.exists(here) else os.path.join(MODULE, "tests", program + ".c")


def tested(program):
    objects = [name + ".o" for name in (program, "main", *rooms)]
    run("gcc", "--coverage", "-o", program, *objects)
    run("./" + program)


class Seen:
    """How often each line of a file ran, and each branch of it was taken."""

    def __init__(self):
        self.lines = collections.Counter()
        self.branches = collections.defaultdict(list)
        self.functions = set()

    def add(self, line):
        number = line["line_number"]
        self.lines[number] += line["count"]
        self.functions.add(line.get("function_name"))
        counts = [branch["count"] for branch in line["branches"]]
        before = self.branches[number]
        before += [0] * (len(counts) - len(before))
        for i, count in enumerate(counts):
            before[i] += count


def counted():
    """Seen of each file, from the counters of everything that was run."""
    seen = collections.defaultdict(Seen)
    for name in (*rooms, *programs):
        for part in json.loads(run("gcov", "--json-format", "--branch-probabilities",
                                   "--stdout", name + ".o"))["files"]:
            for line in part["lines"]:
                seen[os.path.basename(part["file"])].add(line)
    return seen


def missed(name, seen):
    """What of a file was never reached, in words."""
    with open(os.path.join(MODULE, name), encoding="ascii") as file:
        text = file.read().split("\n")
    for number, count in sorted(seen.lines.items()):
        if not count:
            yield f"{name}:{number}: never run: {text[number - 1].strip()}"
        for i, taken in enumerate(seen.branches[number]):
            if count and not taken:
                yield f"{name}:{number}: branch {i} never taken: {text[number - 1].strip()}"
    if name.endswith(".h"):
        for inline in re.findall(r"^static inline [^;{]*?(\w+)\(", "\n".join(text), re.M):
            if inline not in seen.functions:
                yield f"{name}: never used: {inline}"


def main():
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        parts = [("main", os.path.join(HERE, "kunit", "main.c"))]
        parts += [(room, os.path.join(MODULE, room + ".c")) for room in rooms]
        parts += [(program, source_of(program)) for program in programs]
        list(pool.map(lambda part: compiled(*part), parts))
        list(pool.map(tested, programs))
    seen, failed = counted(), False
    print(f"1..{len(rooms)}")
    for number, room in enumerate(rooms, 1):
        files = [name for name in (room + ".c", room + ".h") if name in seen or name[-1] == "h"]
        problems = [text for name in files for text in missed(name, seen[name])]
        lines = sum(len(seen[name].lines) for name in files)
        branches = sum(len(some) for name in files for some in seen[name].branches.values())
        for text in problems:
            print("#", text)
        good = lines and branches and not problems
        failed |= not good
        print(f"{'ok' if good else 'not ok'} {number} coverage of {room}: "
              f"all of {lines} lines, {branches} branches")
    return failed


if __name__ == "__main__":
    sys.exit(main())
