# SPDX-License-Identifier: BSD-2-Clause
"""Few cells in which every two choices still meet: greedy, and the same every time."""

import itertools


def product(choices, allowed):
    """Every allowed cell, as dictionaries. choices: {dimension: values}"""
    cells = (dict(zip(choices, values)) for values in itertools.product(*choices.values()))
    return [cell for cell in cells if allowed(cell)]


def cover(choices, allowed):
    """Some cells of product(), which together have each pair of values that any allowed cell has."""
    cells = product(choices, allowed)
    pairs = [set(itertools.combinations(cell.items(), 2)) for cell in cells]
    left = set().union(*pairs)
    chosen = []
    while left:
        best = max(range(len(cells)), key=lambda i: len(pairs[i] & left))
        chosen.append(cells[best])
        left -= pairs[best]
    return chosen
