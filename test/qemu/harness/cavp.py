# SPDX-License-Identifier: BSD-2-Clause
"""NIST's vectors for SHA-256 (tools/deps/list: cavp)."""

import os
import re

FOLDER = os.environ.get("CAVP") or os.path.join(os.environ.get("O", "build"), "deps/cavp")
MESSAGE = re.compile(r"^Len = (\d+)\s+Msg = ([0-9a-f]+)\s+MD = ([0-9a-f]{64})$", re.M)


def text(name):
    with open(os.path.join(FOLDER, name), encoding="ascii") as file:
        return file.read().replace("\r", "")


def messages(name):
    """[(message, digest)] of SHA256ShortMsg.rsp or SHA256LongMsg.rsp"""
    found = [(bytes.fromhex(message)[:int(bits) // 8], bytes.fromhex(digest))
             for bits, message, digest in MESSAGE.findall(text(name))]
    assert len(found) == text(name).count("\nMD = ") > 60
    return found


def monte_carlo():
    """[(seed, digest after a thousand turns)]: each digest is the next seed."""
    content = text("SHA256Monte.rsp")
    seeds = [bytes.fromhex(one) for one in re.findall(r"^Seed = (\w{64})$", content, re.M)]
    seeds += [bytes.fromhex(one) for one in re.findall(r"^MD = (\w{64})$", content, re.M)]
    assert len(seeds) == 101
    return list(zip(seeds, seeds[1:]))
