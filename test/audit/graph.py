# SPDX-License-Identifier: BSD-2-Clause
"""The graph of a product's files: a file that names a symbol of another one stands on that file.

Functions and data count alike, as nm shows them in objects that were compiled without -flto. A link that only
a linker script makes does not count. The makefile says which objects make a product: GRAPH_BLOB and so on.
"""
import collections
import functools
import os
import re
import subprocess

PRODUCTS = ("blob", "cpus", "monitor", "purgatory", "flash", "efi", "library", "tool")


def objects(product):
    return os.environ[f"GRAPH_{product.upper()}"].split()


def source(name):
    """build/obj/graph-blob/src/main.c.o: src/main.c"""
    return re.sub(r"^.*/obj/[^/]+/", "", name).removesuffix(".o")


@functools.lru_cache(maxsize=None)
def symbols(product):
    """{file: (global symbols it defines, symbols it names)}"""
    # The tool is the only product for this machine; its nm need not know the other's objects.
    nm = "nm" if product == "tool" else os.environ["CROSS_COMPILE"] + "nm"
    names = objects(product)
    out = subprocess.run([nm, "-A", "-g", *names], capture_output=True, text=True, check=True).stdout
    found = {source(name): (set(), set()) for name in names}
    for line in out.splitlines():
        name, _, rest = line.partition(":")
        *_, kind, symbol = rest.split()
        found[source(name)][kind in "Uw"].add(symbol)
    return found


def edges(product):
    """{file: {file it stands on: the first of the symbols that it names there}}"""
    table = symbols(product)
    home = {symbol: name for name, (defined, _) in table.items() for symbol in defined}
    graph = {name: {} for name in table}
    for name, (_, named) in table.items():
        for symbol in sorted(named & home.keys()):
            graph[name].setdefault(home[symbol], symbol)
    return graph


def reachable(graph, start):
    """{file that can be reached from start, by at least one edge: the file before it on a shortest way}"""
    before, queue = {}, collections.deque([start])
    while queue:
        name = queue.popleft()
        for following in graph[name]:
            if following not in before:
                before[following] = name
                queue.append(following)
    return before


def components(graph):
    """The strongly connected components of two files and more, each sorted; the largest first."""
    ways = {name: reachable(graph, name) for name in graph}
    found = {tuple(sorted({other for other in ways[name] if name in ways[other]} | {name}))
             for name in graph if name in ways[name]}
    return sorted(found, key=lambda one: (-len(one), one))


def circle(graph, component):
    """A shortest way around within a component: [(file, symbol, file that defines it)]"""
    best = None
    for start in component:
        before, way, name = reachable(graph, start), [], start
        while not way or name != start:
            way.append((before[name], graph[before[name]][name], name))
            name = before[name]
        if best is None or len(way) < len(best):
            best = way[::-1]
    return best


def draw(product, path):
    """The graph for dot(1); files and edges of a cycle are red."""
    graph = edges(product)
    cycle = {name: one for one in components(graph) for name in one}
    with open(path, "w", encoding="ascii") as file:
        file.write(f'digraph "{product}" {{\n\trankdir=LR;\n\tnode [shape=box];\n')
        for name in sorted(graph):
            file.write(f'\t"{name}"{" [color=red]" if name in cycle else ""};\n')
            for other, symbol in sorted(graph[name].items()):
                red = name in cycle and cycle[name] == cycle.get(other)
                file.write(f'\t"{name}" -> "{other}" [label="{symbol}"{" color=red" if red else ""}];\n')
        file.write("}\n")
