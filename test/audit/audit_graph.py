# SPDX-License-Identifier: BSD-2-Clause
"""Audit of the files as a graph: calls go down only."""
import os

import graph


def no_cycles():
    """no cycle among the files of a product, by symbols defined and named"""
    bad = []
    for product in graph.PRODUCTS:
        table = graph.edges(product)
        graph.draw(product, os.path.join(os.environ["O"], f"graph-{product}.dot"))
        components = graph.components(table)
        print(f"     {product}: {len(table)} files, {sum(map(len, table.values()))} edges, "
              f"{len(components)} cycles")
        for component in components:
            steps = [f"{name} names {symbol} of {other}"
                     for name, symbol, other in graph.circle(table, component)]
            bad.append(f"{product}: {len(component)} files: {', '.join(component)}; a way around:"
                       + "".join("\n       " + step for step in steps))
    return bad


def is_allowed(name, other):
    """hold/ is the boot CPU's side of monitor/, which stands on itself and cpu/ alone: all else may be overwritten"""
    if name.startswith("src/monitor/"):
        return other.startswith(("src/monitor/", "src/cpu/"))
    return not other.startswith("src/monitor/") or name.startswith("src/hold/") or name == "src/smp/worker.S"


def monitor_is_below():
    """monitor/ names only its own and cpu/; its entries are named by hold/, and by worker.S, which ends in the pen"""
    table = graph.edges("cpus")
    return [f"{name} names {symbol} of {other}" for name in sorted(table) for other, symbol in sorted(table[name].items())
            if not is_allowed(name, other)] + \
        [f"not linked into the monitor: {name}" for name in sorted(table)
         if name.startswith("src/monitor/") and name not in graph.symbols("monitor")]


AUDITS = [no_cycles, monitor_is_below]
