#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Instructions per packet-hop: the cost of the engine as a number that no neighbour on the machine can change.

Runs the benchmark program under callgrind on the same work in two sizes. The difference of the instructions over the
difference of the packet-hops is what one more packet-hop costs; program start, fabric and routes cancel. Beside it stand the
misses of a simulated cache (callgrind's model of the first-level data cache and the last level, sizes read from this
machine's processor) and the functions in which the difference was spent. Inlined code counts for the function that holds it.
"""

import argparse
import collections
import json
import re
import subprocess
import sys
import tempfile

# What is measured, a smaller and a larger run as (work, KiB), further words for the program, what to divide by, limit of the design.
# With `inside`, only what happens in that function counts: for engines whose set-up grows with the size as well.
Subject = collections.namedtuple("Subject", "name small large words unit limit inside", defaults=[None])
SUBJECTS = [
    Subject("packet engine, permutation of 512 hosts", ("permutation-512", 256), ("permutation-512", 1024), [], "packet-hops", 250),
    Subject("packet engine, ring of 64 hosts", ("ring-64", 4096), ("ring-64", 16384), [], "packet-hops", None),
    Subject("flow engine, ring of N hosts", ("ring-64", 64), ("ring-128", 128), ["--flow"], "messages", None, "eastwest::simulate(*"),
    Subject("flow engine, all-to-all of N hosts", ("all_to_all-32", 64), ("all_to_all-64", 64), ["--flow"], "messages", None, "eastwest::simulate(*"),
]


def run_under_callgrind(program, subject, work, folder):
    out = f"{folder}/{work[0]}-{work[1]}.callgrind"
    command = ["valgrind", "--tool=callgrind", "--cache-sim=yes", f"--callgrind-out-file={out}"]
    if subject.inside:
        command.append(f"--toggle-collect={subject.inside}")
    command += [program, "--one", work[0], str(work[1])] + subject.words
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    counts = {name: int(value) for name, value in re.findall(r"^(\S+) (\d+)$", done.stdout, re.M)}
    return counts, read_callgrind(out)


def read_callgrind(path):
    """Self cost of every function and in total, from callgrind's file format, version 1."""
    names, cost, events, total = {}, collections.Counter(), [], []
    function, skip = None, False
    with open(path) as file:
        for line in file:
            if line[0] in "+-*0123456789":
                if not skip:  # the line after calls= is the cost inside the callee
                    values = [int(word) for word in line.split()[1:]]
                    for event, value in zip(events, values):
                        cost[function, event] += value
                skip = False
            elif line.startswith("fn="):
                number, _, name = line[3:].rstrip("\n").partition(" ")
                if name:
                    names[number] = name
                function = names.get(number, number)
            elif line.startswith("cfn="):
                number, _, name = line[4:].rstrip("\n").partition(" ")
                if name:
                    names[number] = name
            elif line.startswith("calls="):
                skip = True
            elif line.startswith("events:"):
                events = line.split()[1:]
            elif line.startswith(("summary:", "totals:")):
                total = dict(zip(events, map(int, line.split()[1:])))
    return {"cost": cost, "total": total}


def measure(program, subject, folder):
    small_counts, small = run_under_callgrind(program, subject, subject.small, folder)
    large_counts, large = run_under_callgrind(program, subject, subject.large, folder)
    units = large_counts[subject.unit] - small_counts[subject.unit]
    if units <= 0:
        sys.exit(f"{subject.name}: {subject.large} makes no more {subject.unit} than {subject.small}")
    per_unit = lambda event: (large["total"].get(event, 0) - small["total"].get(event, 0)) / units
    functions = collections.Counter()
    for source, sign in ((large, 1), (small, -1)):
        for (function, event), value in source["cost"].items():
            if event == "Ir":
                functions[function] += sign * value
    return {
        "name": subject.name,
        "small": {"work": subject.small, "units": small_counts[subject.unit], "instructions": small["total"]["Ir"]},
        "large": {"work": subject.large, "units": large_counts[subject.unit], "instructions": large["total"]["Ir"]},
        "unit": subject.unit,
        "instructions": per_unit("Ir"),
        "data_references": per_unit("Dr") + per_unit("Dw"),
        "level_1_data_misses": per_unit("D1mr") + per_unit("D1mw"),
        "level_1_instruction_misses": per_unit("I1mr"),
        "last_level_misses": per_unit("DLmr") + per_unit("DLmw") + per_unit("ILmr"),
        "functions": [{"name": name, "instructions": value / units} for name, value in functions.most_common(10)],
        "limit": subject.limit,
        "met": None if subject.limit is None else per_unit("Ir") <= subject.limit,
    }


def show(result):
    unit = result["unit"].rstrip("s")
    (small, small_kib), (large, large_kib) = result["small"]["work"], result["large"]["work"]
    print(f"\n{result['name']}: {small} of {small_kib} KiB against {large} of {large_kib} KiB, {result['large']['units']:,} {result['unit']}")
    verdict = {None: "", True: f"   (at most {result['limit']}: met)", False: f"   (at most {result['limit']}: MISSED)"}[result["met"]]
    print(f"  {result['instructions']:10.1f}  instructions per {unit}{verdict}")
    print(f"  {result['data_references']:10.1f}  data references")
    print(f"  {result['level_1_data_misses']:10.2f}  first-level data misses, {result['level_1_instruction_misses']:.2f} instruction misses")
    print(f"  {result['last_level_misses']:10.3f}  last-level misses")
    for function in result["functions"]:
        name = function["name"].replace("(anonymous namespace)::", "").replace("eastwest::", "")
        print(f"  {function['instructions']:10.1f}  {name.split('(')[0][:120]}")


def has_flow_engine(program):
    return subprocess.run([program, "--one", "ring-4", "64", "--flow"], capture_output=True).returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--only", default="", metavar="WORD", help="subjects whose name contains WORD")
    parser.add_argument("--json", metavar="FILE")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="eastwest-instructions-") as folder:
        results = []
        for subject in SUBJECTS:
            if arguments.only not in subject.name:
                continue
            if "--flow" in subject.words and not has_flow_engine(arguments.program):
                print(f"\n{subject.name}: this version has no flow engine")
                continue
            results.append(measure(arguments.program, subject, folder))
            show(results[-1])
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump({"subjects": results}, file, indent=2)


main()
