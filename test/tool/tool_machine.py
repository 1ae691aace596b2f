# SPDX-License-Identifier: BSD-2-Clause
"""A machine of a newcomer's, its tree, and `lethe flash` with both."""
import re
import struct

from tool_files import tree
from tool_flash import Flash

V = ["--machine", "virt"]
M = ["--machine", "my.machine", "--tree", "my.dtb"]


def cells(*values):
    return struct.pack(f">{len(values)}I", *values)


def cpu(affinity, **more):
    return {"device_type": b"cpu\0", "reg": cells(affinity),
            **{key.replace("_", "-"): value for key, value in more.items()}}


def board(cpus=None, memory=(0, 0x40000000, 0, 0x40000000), **more):
    """A tree with a UART at 0x9000000 on a bus."""
    nodes = {"#address-cells": cells(2), "#size-cells": cells(2),
             "cpus": {"#address-cells": cells(1), "#size-cells": cells(0),
                      **(cpus if cpus is not None else {"cpu@0": cpu(0), "cpu@1": cpu(1)})},
             "timer": {},
             "bus": {"#address-cells": cells(1), "#size-cells": cells(1), "ranges": cells(0, 0, 0x9000000, 0x10000),
                     "uart@0": {"compatible": b"arm,pl011\0", "reg": cells(0, 0x1000)}}, **more}
    if memory:
        nodes["memory@0"] = {"device_type": b"memory\0", "reg": cells(*memory)}
    return tree(nodes)


MINE = """
# A board of a newcomer's.
base     = 0x10000000
size     = 32MiB
erase    = 4KiB
ram      = 0x40000000 256MiB
scratch  = 0x20000000 0x80000 secure
tree     = file\r
console  = ns16550,0x9001000,shift=2,width=4
gic      = v3 0x8000000 0x80a0000 0x40000
frequency= 24000000
counter  = 0x9100000=1 0x9100020=24000000&0xff
boot-cpu = 0x100
cpus     = psci
spin-page = 0x40001000
wake     = 0x9200000 8 0x9200104 0x401
reset    = 0x9300000=0x10&0xffffffff
off      = 0x9300004=1 0x9300004=2 0x9300004=3 0x9300004=4
on-failure = reset
"""


def changed(**values):
    """MINE with lines replaced; None: left out."""
    text = MINE
    for key, value in values.items():
        key = key.replace("_", "-")
        line = "" if value is None else f"{key} = {value}"
        text = re.sub(rf"^{key} *=.*$", line, text, flags=re.M)
    return text.encode()


def made(lethe, *args, output="f.fd", elf=False):
    lethe.good("flash", *args, "-o", output)
    data = lethe.read(output)
    result = Flash(data[0x10000:] if elf else data).check()
    said = lethe.good("verify", output).stdout
    assert said.endswith(f"{output}: ok\n")
    return result
