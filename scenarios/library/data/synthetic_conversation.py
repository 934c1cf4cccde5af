#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes synthetic-conversation.csv, the arrivals of the shipped serving scenarios, to standard output.

600 requests at 5 per second on average (exponential gaps), lognormal lengths with the means of public chat traces
(about 1,150 tokens in, 210 out), in the format of the Azure LLM inference traces. Every number is drawn here: nothing
is copied from a measured trace. The generator is written out (SplitMix64), so any Python 3 writes the same file:

    python3 synthetic_conversation.py > synthetic-conversation.csv
"""
import datetime
import math

ROWS = 600
RATE = 5.0                       # requests per second
PROMPT = (1150.0, 0.95, 16, 8192)  # mean, deviation of the logarithm, least, most
OUTPUT = (210.0, 0.85, 4, 1024)
MASK = (1 << 64) - 1
state = 20260101


def uniform():
    """SplitMix64, the upper 53 bits as a number in (0, 1)."""
    global state
    state = (state + 0x9E3779B97F4A7C15) & MASK
    x = state
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    x ^= x >> 31
    return ((x >> 11) + 0.5) / (1 << 53)


def length(mean, sigma, least, most):
    normal = math.sqrt(-2.0 * math.log(uniform())) * math.cos(2.0 * math.pi * uniform())
    return min(most, max(least, round(mean * math.exp(sigma * normal - 0.5 * sigma * sigma))))


print("TIMESTAMP,ContextTokens,GeneratedTokens")
start = datetime.datetime(2026, 1, 1, 9, 0, 0)
elapsed = 0.0
for _ in range(ROWS):
    elapsed += -math.log(uniform()) / RATE
    ticks = round(elapsed * 1e7)  # seven fraction digits
    stamp = start + datetime.timedelta(seconds=ticks // 10_000_000)
    print(f"{stamp:%Y-%m-%d %H:%M:%S}.{ticks % 10_000_000:07d},{length(*PROMPT)},{length(*OUTPUT)}")
