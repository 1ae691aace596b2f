# SPDX-License-Identifier: BSD-2-Clause
"""The mutants that no test can see: the table of docs/internals/unseen.md.

    | in | instruction | left out or changed | why |
    |---|---|---|---|
    | `lethe_entry` | `isb` before `psb csync` | nop | reason, with the place in the Arm ARM |

Which one of a function's is said by its neighbours, as far as that is needed: one or more behind
"after" or "before", in the order of the code, by their beginnings. What the list has as left out
(nop) is not tried in weaker forms.
"""

import dataclasses
import re

HEADING = "## Maintenance that no test can see"
ROW = re.compile(r"^\| `(\w+)` \| `([^`]+)`(?: (after|before)((?: `[^`]+`)+))? "
                 r"\| ([\w, ]+) \| (.+) \|$")


@dataclasses.dataclass(frozen=True)
class Entry:
    function: str
    instruction: str
    side: str
    neighbours: tuple
    kinds: tuple

    def is_at(self, site):
        if (self.function, self.instruction) != (site.function, site.text):
            return False
        around = site.before if self.side == "after" else site.after
        count = len(self.neighbours)
        near = around[len(around) - count:] if self.side == "after" else around[:count]
        return all(text.startswith(wanted) for text, wanted in zip(near, self.neighbours))

    def covers(self, mutant):
        return mutant.kind in self.kinds and self.is_at(mutant.site)

    def __str__(self):
        where = f" {self.side} {', '.join(self.neighbours)}" if self.side else ""
        return f"{self.function}: {self.instruction}{where} ({', '.join(self.kinds)})"


class Table:
    def __init__(self, entries):
        self.entries = entries

    def find(self, mutant):
        return any(entry.covers(mutant) for entry in self.entries)

    def idle(self, mutants):
        """Entries, one for each kind, that no mutant is."""
        for entry in self.entries:
            for kind in entry.kinds:
                one = dataclasses.replace(entry, kinds=(kind,))
                if not any(map(one.covers, mutants)):
                    yield one


def read(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    entries = []
    if HEADING in text:
        section = text.split(HEADING, 1)[1].split("\n## ")[0]
        for row in (line for line in section.splitlines() if line.startswith("| `")):
            match = ROW.match(row)
            if not match:
                raise SystemExit(f"mutants: {path}: not a row of the list: {row}")
            entries.append(Entry(match[1], match[2], match[3] or "",
                                 tuple(re.findall("`([^`]+)`", match[4] or "")),
                                 tuple(re.findall(r"\w+", match[5]))))
    return Table(entries)
