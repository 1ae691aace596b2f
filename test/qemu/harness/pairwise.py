# SPDX-License-Identifier: BSD-2-Clause
"""Few cells in which every two choices, or every three, still meet: greedy, and the same every time."""

import heapq
import itertools


def product(choices, allowed):
    """Every allowed cell, as dictionaries. choices: {dimension: values}"""
    cells = (dict(zip(choices, values)) for values in itertools.product(*choices.values()))
    return [cell for cell in cells if allowed(cell)]


def cover(choices, allowed, strength=2):
    """Some cells of product(), which together have each pair of values (or triple, by strength) of any allowed cell."""
    cells = product(choices, allowed)
    groups = [set(itertools.combinations(cell.items(), strength)) for cell in cells]
    left = set().union(*groups)
    # How many groups a cell adds only falls, so a heap's first entry that is still true is the best cell.
    heap = [(-len(group), i) for i, group in enumerate(groups)]
    heapq.heapify(heap)
    chosen = []
    while left:
        told, i = heap[0]
        adds = len(groups[i] & left)
        if adds == -told:
            heapq.heappop(heap)
            chosen.append(cells[i])
            left -= groups[i]
        else:
            heapq.heapreplace(heap, (-adds, i))
    return chosen
