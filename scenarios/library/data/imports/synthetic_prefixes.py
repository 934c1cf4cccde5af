#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes synthetic-prefixes.jsonl, the arrivals of the shipped Mooncake scenario, to standard output.

60 conversations of up to 5 turns: every turn repeats what was said before, so that its leading blocks of 512 tokens have the hashes of
the turn before; all share a first block. 4 requests per second on average. Every number is drawn here (SplitMix64, written out).

    python3 synthetic_prefixes.py > synthetic-prefixes.jsonl
"""
import json
import math

BLOCK = 512
MASK = (1 << 64) - 1
state = 20260202


def uniform():
    global state
    state = (state + 0x9E3779B97F4A7C15) & MASK
    x = state
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    x ^= x >> 31
    return ((x >> 11) + 0.5) / (1 << 53)


requests = []
next_block = 1
for _ in range(60):
    time = uniform() * 40_000
    blocks, tokens = [0], BLOCK
    for _ in range(1 + int(uniform() * 5)):
        tokens += 200 + int(uniform() * 3000)
        while len(blocks) * BLOCK < tokens:
            blocks.append(next_block)
            next_block += 1
        answer = 20 + int(uniform() * 300)
        requests.append((round(time), tokens, answer, list(blocks)))
        blocks = blocks[: tokens // BLOCK]  # the last block was not full and goes on differently
        tokens += answer
        time += 2_000 - 4_000 * math.log(uniform())
for time, prompt, answer, blocks in sorted(requests):
    print(json.dumps({"timestamp": time, "input_length": prompt, "output_length": answer, "hash_ids": blocks}))
