#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Run every transport under an incast and a permutation, draw queues and rates over time, print a table of figures.

    /usr/bin/python3 docs/examples/plot_transports.py --program build/dev/eastwest -o out/transports

Writes incast.png, permutation.png and the traces that they were drawn from; traces that are there already are not made again.
`--only hpcc,swift` picks transports, `--set PATH=VALUE` changes every run, `--small` is a form of a few seconds.
Needs the Debian packages python3-h5py and python3-matplotlib.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

import h5py
import matplotlib
import numpy as np
from PIL import Image

matplotlib.use("Agg")
import matplotlib.pyplot as plt

LIBRARY = pathlib.Path(__file__).resolve().parents[2] / "scenarios" / "library"
PS = 1e-12  # seconds per picosecond

# What a transport is made for, where the defaults of `network` are not that: marks from a step at K (DCTCP, SIGCOMM 2010; 30 kB for every
# 10 Gb/s; an echo of every packet's mark), telemetry of 42 B in the header and one T for all (HPCC, SIGCOMM 2019), switches that trim instead of pausing and mark between 0.2 and 0.8 of a
# bandwidth-delay product, and one T for all (Ultra Ethernet, uet-htsim). {low} and {high} are those of the pattern's longest path.
TRANSPORTS = {
    "dcqcn": [],
    "dctcp": ["network.ecn_min=75 kB", "network.ecn_max=75001 B", "network.ecn_probability=1", "network.ack_every=1"],
    "hpcc": ["network.ecn=false", "network.header=104 B", "network.hpcc.round_trip={round_trip} us"],
    "swift": ["network.ecn=false"],
    "timely": ["network.ecn=false"],
    "nscc": ["network.pfc=false", "network.nscc.round_trip={round_trip} us", "network.ecn_reference_rate=400 Gb/s", "network.ecn_min={low} kB", "network.ecn_max={high} kB", "network.ecn_probability=1"],
    "window": ["network.ecn=false"],
}
# Scenario, its longest idle round trip in us, and what is changed in the full and in the small form.
PATTERNS = {
    "incast": ("incast-32.yaml", 6, ["jobs.incast.size=8 MiB", "probes.interval=10 us"],
               ["site.servers=9", "jobs.incast.size=512 KiB", "probes.interval=2 us"]),
    "permutation": ("permutation-128-fattree.yaml", 17, ["probes.interval=5 us"],
                    ["site.k=4", "jobs.permutation.size=512 KiB", "probes.interval=2 us"]),
}


def run(program, scenario, changes, path):
    """Makes the trace at `path` unless it is there; gives the summary of its run."""
    summary = path.with_suffix(".json")
    if not (path.exists() and summary.exists()):
        command = [program, "run", str(LIBRARY / scenario), "-o", str(path), "--json", "--quiet"]
        for change in changes:
            command += ["--set", change]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
        summary.write_text(done.stdout)
    return json.loads(summary.read_text())


def jain(x):
    """(sum x)^2 / (n sum x^2): 1 when all are equal, 1/n when one has all."""
    x = np.asarray(x, dtype=float)
    return x.sum() ** 2 / (len(x) * (x * x).sum()) if x.any() else 0.0


class Picture:
    """What pictures and table need of one trace: queues in MB and utilisation by row, times in seconds."""

    def __init__(self, path, pattern):
        with h5py.File(path, "r") as trace:
            ends = {name: np.array([text.decode().split(":")[0] for text in trace["meta/fabric/links/" + name][()]]) for name in ("source", "target")}
            rate = float(trace["meta/fabric/links/rate"][0])
            host = np.array([text.decode() for text in trace["meta/ranks/host"][()]])
            flows = {name: trace["flows/" + name][()] for name in ("source", "destination", "bytes", "start", "finish", "ideal")}
            scenario = trace["meta/scenario"].asstr()[()]
            self.time = trace["links/time"][()] * PS
            queues = trace["links/queue_bytes_max"][()] / 1e6
            self.use = trace["links/utilization"][()]
        units = {"B": 1, "kB": 1000, "KiB": 1024}

        def option(name):
            number, unit = re.search(rf"^ +{name}: ([0-9.]+) (\w+)", scenario, re.MULTILINE).groups()
            return int(float(number) * units[unit])

        from_switch = ~np.isin(ends["source"], host)
        self.deepest = queues[:, from_switch].max(axis=1)
        self.high = np.percentile(queues[:, from_switch], 99, axis=1)
        self.last_links = [np.flatnonzero(ends["target"] == name)[0] for name in np.unique(host[flows["destination"]])]
        self.first_links = [np.flatnonzero(ends["source"] == name)[0] for name in host[flows["source"]]]
        self.bottleneck = queues[:, self.last_links[0]]
        frames = -(-flows["bytes"] // option("mtu"))
        wire = (flows["bytes"] + frames * (option("header") + option("gap"))) * 8 / rate
        ideal = flows["ideal"] * PS
        # One after another through the last link, or all side by side.
        self.ideal = ideal.min() + wire[1:].sum() if pattern == "incast" else ideal.max()
        finish = flows["finish"] * PS
        self.completion = finish.max() - flows["start"].min() * PS
        # Settled: all are sending, and half of that time is over.
        self.settled = (self.time > finish.min() / 2) & (self.time <= finish.min())
        self.fairness = jain(self.use[self.settled][:, self.first_links].mean(axis=0)) if self.settled.any() else float("nan")

    def row(self, name, summary):
        settled = self.deepest[self.settled].mean() if self.settled.any() else float("nan")
        return (f"| `{name}` | {self.completion * 1e3:.3f} ms | {self.completion / self.ideal:.2f} | {self.deepest.max():.2f} | {settled:.3f} | "
                f"{summary['drops']} | {summary['pfc_pauses']} | {summary['ecn_marks']} | {summary['retransmits']} | {self.fairness:.3f} |")


def draw_queue(axes, picture, pattern):
    axes.plot(picture.time * 1e3, picture.deepest, color="tab:red", linewidth=0.8, label="deepest")
    if pattern == "incast":
        axes.plot(picture.time * 1e3, picture.bottleneck, color="tab:blue", linewidth=0.8, label="at the last link")
    else:
        axes.plot(picture.time * 1e3, picture.high, color="tab:blue", linewidth=0.8, label="99th percentile")
    axes.set_ylim(bottom=0)


def draw_rate(axes, picture, pattern):
    """The rate of the last links, and between which bounds senders are, as shares of their fair rate."""
    senders = picture.use[:, picture.first_links] * (len(picture.first_links) / len(picture.last_links))
    width = max(1, len(picture.time) // 100)  # rows that are averaged: a sender's share is a packet now and then
    smooth = lambda a: np.apply_along_axis(lambda column: np.convolve(column, np.ones(width) / width, "same"), 0, a)
    shares = smooth(senders)
    axes.fill_between(picture.time * 1e3, np.percentile(shares, 10, axis=1), np.percentile(shares, 90, axis=1), color="0.8", linewidth=0,
                      label="senders, 10th to 90th percentile of the fair share")
    axes.plot(picture.time * 1e3, picture.use[:, picture.last_links].mean(axis=1), color="tab:green", linewidth=0.8, label="last links, mean")
    axes.set_ylim(0, 2 if pattern == "incast" else 1.05)


def draw(pictures, pattern, path):
    figure, panels = plt.subplots(len(pictures), 2, figsize=(9, 1.35 * len(pictures) + 0.8), squeeze=False)
    for (name, picture), (left, right) in zip(pictures.items(), panels):
        draw_queue(left, picture, pattern)
        draw_rate(right, picture, pattern)
        left.set_ylabel(name)
        for axes in (left, right):
            axes.axvline(picture.ideal * 1e3, color="0.5", linewidth=0.6, linestyle=":")
            axes.set_xlim(0, picture.completion * 1e3)
            axes.tick_params(labelsize=7)
    panels[0][0].set_title("queue (MB)", fontsize=9)
    panels[0][1].set_title("utilisation", fontsize=9)
    for axes in panels[-1]:
        axes.set_xlabel("time (ms); dotted: the ideal end", fontsize=8)
    for axes in panels[0]:
        axes.legend(fontsize=6, loc="upper right")
    figure.tight_layout(pad=0.5)
    figure.savefig(path, dpi=75)
    plt.close(figure)
    with Image.open(path) as picture:  # few colours: a third of the size
        picture.convert("RGB").quantize(32).save(path, optimize=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/dev/eastwest")
    parser.add_argument("-o", "--output", default="out/transports", type=pathlib.Path)
    parser.add_argument("--only", default=",".join(TRANSPORTS))
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE")
    parser.add_argument("--small", action="store_true")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    for pattern, (scenario, round_trip, full, small) in PATTERNS.items():
        product = round_trip * 50  # kB at 400 Gb/s
        print(f"\n{pattern}\n\n| Transport | completion | of the ideal | deepest queue, MB | settled, MB | drops | pauses | marks | sent again | fairness |")
        print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
        pictures = {}
        for name in arguments.only.split(","):
            path = arguments.output / f"{pattern}-{name}.h5"
            own = [change.format(round_trip=round_trip, low=product // 5, high=product * 4 // 5) for change in TRANSPORTS[name]]
            changes = [f"network.transport={name}"] + (small if arguments.small else full) + own + arguments.set
            summary = run(arguments.program, scenario, changes, path)
            pictures[name] = Picture(path, pattern)
            print(pictures[name].row(name, summary), flush=True)
        draw(pictures, pattern, arguments.output / f"{pattern}.png")


if __name__ == "__main__":
    main()
