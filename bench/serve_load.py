#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Load and abuse of `eastwest serve` on loopback: what docs/reliability.md states.

    python3 bench/serve_load.py build/release/eastwest [--viewers 1000] [--rounds 5]

Prints: answers a second and their times, alone and while viewers watch a run; memory of the server; CPU seconds of the same run without a server,
in a server without viewers, and with them, in turns (paired), its digest compared before any time is shown. Standard library only.
"""

import argparse
import asyncio
import base64
import json
import os
import re
import resource
import statistics
import subprocess
import tempfile
import time

SCENARIO = "site: {topology: leaf_spine, servers: 32, server: plain, leaves: 4}\njobs:\n  a: {kind: permutation, size: 2 GiB}\n"


class Server:
    def __init__(self, program, folder):
        self.process = subprocess.Popen([program, "serve", "--listen", "127.0.0.1:0", "--results", folder, "--threads", "1"], stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r"127\.0\.0\.1:(\d+)", self.process.stdout.readline()).group(1))

    def memory_mib(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) / 1024

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.terminate()
        self.process.wait(60)


async def request(port, text, body=b""):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write((text + f"\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body)
    answer = await reader.read(-1)
    writer.close()
    return answer


async def api(port, text, value=None):
    answer = await request(port, text, b"" if value is None else json.dumps(value).encode())
    return json.loads(answer.split(b"\r\n\r\n", 1)[1])


async def asked(port, path, seconds, at_once):
    """Times of answers on kept connections, in seconds."""
    times, end = [], time.monotonic() + seconds

    async def one():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.monotonic() < end:
            begin = time.monotonic()
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(re.search(rb"Content-Length: (\d+)", head).group(1)))
            if not head.startswith(b"HTTP/1.1 200"):
                await asyncio.sleep(0.02)
                continue
            times.append(time.monotonic() - begin)
            await asyncio.sleep(0.1)
        writer.close()

    await asyncio.gather(*(one() for _ in range(at_once)))
    return sorted(times)


async def viewer(port, run, kind, counts):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(f"GET /run/{run}/live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
    if not (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101"):
        return
    counts["open"] += 1
    if kind == "vanishes":
        await asyncio.sleep(0.2)
        writer.transport.abort()
    elif kind == "sleeps":
        reader._transport.pause_reading()
        await asyncio.sleep(3600)
    else:
        while data := await reader.read(1 << 16):
            counts["bytes"] += len(data)


async def ended(port, run):
    while (state := await api(port, f"GET /api/runs/{run} HTTP/1.1"))["state"] in ("running", "waiting"):
        await asyncio.sleep(0.05)
    return state


def facts(log):
    cpu = re.search(r"([\d.]+) (ms|s) CPU", log)
    return float(cpu.group(1)) * (1e-3 if cpu.group(2) == "ms" else 1), re.search(r"digest: (\w+)", log).group(1)


def line(times):
    return f"{len(times)} answers, median {statistics.median(times) * 1e3:.1f} ms, 99 % within {times[int(0.99 * len(times))] * 1e3:.1f} ms, slowest {times[-1] * 1e3:.1f} ms"


async def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--viewers", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as folder:
        scenario = os.path.join(folder, "a.yaml")
        with open(scenario, "w") as out:
            out.write(SCENARIO)
        server = Server(arguments.program, os.path.join(folder, "results"))
        port, cpu, digests, watched, memory, served = server.port, {"by hand": [], "served": [], "watched": []}, set(), [], [], []
        print("memory at the start: %.1f MiB" % server.memory_mib())
        print("alone:", line(await asked(port, "/", 3, 8)))
        for _ in range(arguments.rounds):
            hand = subprocess.run([arguments.program, "run", scenario, "-o", os.path.join(folder, "a.h5"), "--threads", "1"], capture_output=True, text=True, check=True)
            states = [("by hand", hand.stdout)]
            run = (await api(port, "POST /api/runs HTTP/1.1", {"text": SCENARIO}))["id"]
            states.append(("served", (await ended(port, run))["log"]))
            run = (await api(port, "POST /api/runs HTTP/1.1", {"text": SCENARIO}))["id"]
            counts = {"open": 0, "bytes": 0}
            kinds = ["vanishes" if k % 10 == 5 else "sleeps" if k % 10 == 0 else "reads" for k in range(arguments.viewers)]
            before = server.cpu_seconds()
            viewers = [asyncio.create_task(viewer(port, run, kind, counts)) for kind in kinds]
            watched += await asked(port, "/", 2, 4)
            states.append(("watched", (await ended(port, run))["log"]))
            memory.append(server.memory_mib())
            served.append(server.cpu_seconds() - before)
            for task in viewers:
                task.cancel()
            await asyncio.gather(*viewers, return_exceptions=True)
            for name, log in states:
                seconds, digest = facts(log)
                cpu[name].append(seconds)
                digests.add(digest)
            print(f"round: {counts['open']} viewers, {counts['bytes'] / 2**20:.0f} MiB to them, " + ", ".join(f"{name} {cpu[name][-1]:.2f} s CPU" for name in cpu))
        if len(digests) != 1:
            raise SystemExit(f"digests differ: {digests}")
        print("one digest:", digests.pop())
        print("while watched:", line(sorted(watched)))
        for name in ("served", "watched"):
            ratios = [a / b for a, b in zip(cpu[name], cpu["by hand"])]
            print(f"CPU of the run, {name} / by hand: median {statistics.median(ratios):.3f}, {min(ratios):.3f} to {max(ratios):.3f}")
        print(f"server: {max(memory):.1f} MiB at most, {statistics.median(served):.2f} s CPU for a watched run")
        server.stop()


asyncio.run(main())
