# SPDX-License-Identifier: BSD-2-Clause
"""Values that take a boot to find out, shared by the test processes of one run through a file."""

import json
import os

from paths import IMAGES

RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", f"process-{os.getpid()}")
FILE = os.path.join(IMAGES, "tmp", f"shared-{RUN}")


def known():
    if not os.path.exists(FILE):
        return []
    with open(FILE, encoding="ascii") as file:
        return [json.loads(line) for line in file]


def value(key, find):
    """find(), unless a test of this run has found the value for the same key. Both may be anything that JSON has."""
    key = json.loads(json.dumps(key))
    for other, found in known():
        if other == key:
            return found
    found = find()
    os.makedirs(os.path.dirname(FILE), exist_ok=True)
    with open(FILE, "a", encoding="ascii") as file:
        file.write(json.dumps([key, found]) + "\n")        # one write: no line of another process gets in
    return found
