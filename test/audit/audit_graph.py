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


AUDITS = [no_cycles]
