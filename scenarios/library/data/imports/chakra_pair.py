#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes pair.0.et to pair.7.et, the Chakra traces of the shipped import scenario, into the current folder.

Each of eight NPUs computes for 40 us, takes part in an all-reduce of 4 MiB over all and hands 1 MiB to its partner in the other half,
which computes with it. The bytes are written out after the format's field numbers; no Chakra library is needed.

    python3 chakra_pair.py
"""
import pathlib

COMPUTE, SEND, RECEIVE, COLLECTIVE = 4, 5, 6, 7
ALL_REDUCE = 0


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number, value):
    if isinstance(value, bytes):
        return varint(number << 3 | 2) + varint(len(value)) + value
    return varint(number << 3) + varint(value)


def attribute(name, value, kind):
    return field(10, field(1, name.encode()) + field(kind, value))


def integer(name, value):
    return attribute(name, value, 9)


def node(identity, name, kind, after=(), micros=0, *attributes):
    body = field(1, identity) + field(2, name.encode()) + field(3, kind)
    if after:
        body += field(5, b"".join(varint(one) for one in after))
    if micros:
        body += field(7, micros)
    body += attribute("is_cpu_op", 0, 27) + b"".join(attributes)
    return varint(len(body)) + body


metadata = field(1, b"0.0.4")
for npu in range(8):
    partner = (npu + 4) % 8
    size = integer("comm_size", 1 << 20)
    trace = varint(len(metadata)) + metadata
    trace += node(0, "forward", COMPUTE, (), 40)
    trace += node(1, "sum", COLLECTIVE, (0,), 0, integer("comm_type", ALL_REDUCE), integer("comm_size", 4 << 20))
    trace += node(2, "hand over", SEND, (1,), 0, size, attribute("comm_dst", partner, 7), attribute("comm_tag", 1, 7))
    trace += node(3, "take", RECEIVE, (1,), 0, size, attribute("comm_src", partner, 7), attribute("comm_tag", 1, 7))
    trace += node(4, "backward", COMPUTE, (3,), 80)
    pathlib.Path(f"pair.{npu}.et").write_bytes(trace)
