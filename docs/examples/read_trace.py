#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Read an eastwest trace with h5py and pandas: jobs, requests, collectives, steps, hottest links.

    /usr/bin/python3 docs/examples/read_trace.py FILE.h5 [FILE.h5.partial ...]

Works on a finished trace, on the .partial of a run that was killed, and on one that is still being written.
Needs the Debian packages python3-h5py and python3-pandas. Times in a trace are whole picoseconds.
"""
import signal
import sys

import h5py
import numpy as np
import pandas as pd

PS = 1e-12  # seconds per picosecond


def texts(dataset):
    """Names are stored as fixed-size UTF-8."""
    return [value.decode("utf-8") for value in dataset[()]]


def table(trace, name):
    """One table as a data frame. While a trace is incomplete only its committed rows are safe to read."""
    group = trace[name]
    rows = None
    if trace.attrs["outcome"] == "running":
        rows = int(trace["meta/committed_rows/" + name.replace("/", "_")][()])
    return pd.DataFrame({key: column[:rows] for key, column in group.items() if isinstance(column, h5py.Dataset) and column.ndim == 1})


def percentiles(values):
    """p50, p90 and p99 by nearest rank, as eastwest itself has them."""
    ordered = np.sort(np.asarray(values))
    if len(ordered) == 0:
        return {"count": 0}
    rank = lambda q: ordered[max(int(np.ceil(q * len(ordered) * (1 - 1e-12))), 1) - 1]
    return {"count": len(ordered), "mean": ordered.mean(), "p50": rank(0.50), "p90": rank(0.90), "p99": rank(0.99), "max": ordered[-1]}


def print_jobs(trace):
    group = trace["meta/jobs"]
    jobs = pd.DataFrame({"job": texts(group["name"]), "kind": texts(group["kind"]), "ranks": group["rank_count"][()], "start_s": group["start"][()] * PS})
    if "finish" in group:  # written when the run ends
        finish = group["finish"][()]
        jobs["finish_s"] = np.where(finish < 0, np.nan, finish * PS)
    print("\njobs\n" + jobs.to_string(index=False))


def print_requests(trace):
    requests = table(trace, "requests")
    if requests.empty:
        return
    rows = {name: percentiles(requests.loc[requests[name] >= 0, name] * PS) for name in ("ttft", "tpot", "e2e")}
    print(f"\nrequests: {len(requests)}, times in seconds\n" + pd.DataFrame(rows).T.to_string())


def print_collectives(trace):
    collectives = table(trace, "collectives")
    if collectives.empty:
        return
    meta = trace["meta/collectives"]
    about = pd.DataFrame({"algorithm": texts(meta["algorithm"]), "operation": texts(meta["operation"]), "ranks": meta["ranks"][()], "bytes": meta["bytes"][()]})
    collectives = collectives.join(about, on="collective")
    collectives["time_s"] = collectives["time"] * PS
    collectives["busbw_GBps"] = collectives["busbw"] * 1e-9
    grouped = collectives.groupby(["operation", "algorithm", "ranks", "bytes"])
    print("\ncollectives\n" + grouped[["time_s", "busbw_GBps"]].agg(["count", "mean"]).to_string())


def print_steps(trace):
    steps = table(trace, "steps")
    if steps.empty:
        return
    per_step = steps.groupby(["job", "step"]).agg(start=("start", "min"), finish=("finish", "max"), compute=("compute", "mean"))
    per_step["time_s"] = (per_step["finish"] - per_step["start"]) * PS  # from the first rank's start to the last one's finish
    per_step["compute_share"] = per_step["compute"] * PS / per_step["time_s"]
    print("\ntraining steps\n" + per_step.groupby("job")[["time_s", "compute_share"]].agg(["count", "mean", "max"]).to_string())


def print_links(trace, count=10):
    names = pd.Series([f"{a} -> {b}" for a, b in zip(texts(trace["meta/fabric/links/source"]), texts(trace["meta/fabric/links/target"]))])
    rows = len(table(trace, "links"))
    if rows == 0:
        return
    links = trace["links"]
    weights = links["interval"][:rows].astype(float)
    hottest = pd.DataFrame({"link": names,
                            "utilization_mean": np.average(links["utilization"][:rows], axis=0, weights=weights),
                            "utilization_max": links["utilization"][:rows].max(axis=0),
                            "queue_bytes_max": links["queue_bytes_max"][:rows].max(axis=0),
                            "drops": links["drops"][:rows].sum(axis=0)})
    print(f"\nhottest links over {rows} intervals\n" + hottest.sort_values("utilization_mean", ascending=False).head(count).to_string(index=False))


def main(paths):
    if not paths:
        sys.exit(__doc__)
    for path in paths:
        with h5py.File(path, "r") as trace:
            a = trace.attrs
            state = "complete" if a["complete"] else f"INCOMPLETE ({a['outcome']})"
            print(f"{path}: {state}, eastwest {a['program_version']}, seed {a['seed']}, digest {a['digest'] or '-'}, {a['simulated_ps'] * PS:.6g} s simulated")
            print_jobs(trace)
            print_requests(trace)
            print_collectives(trace)
            print_steps(trace)
            print_links(trace)


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `| head` ends it quietly
    main(sys.argv[1:])
