# SPDX-License-Identifier: BSD-2-Clause
"""`make measures`: counts that say how the tree reads. None of them is a gate, `make audit` has those."""
import collections
import os
import re
import statistics

import audit_source
import graph

FOLDERS = ("src", "include", "tools", "test", "bench", "examples")
FUNCTION_GOAL, FILE_GOAL = 60, 400
# Words that name no subject: a sentence that begins with what it speaks of needs few of them.
INDEFINITE = frozenset(
    "it its itself that those what who whom whose one ones such nobody somebody anybody nothing something anything "
    "everything there they them which".split())
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
LITERAL = re.compile(r'"(?:\\.|[^"\\\n])*"')


def files_per_folder():
    """Each folder with source files, and how many lie in it."""
    counts = collections.Counter(map(os.path.dirname, audit_source.files(*FOLDERS)))
    print(f"files per folder: {len(counts)} folders, at most {max(counts.values())} files")
    for folder in sorted(counts):
        print(f"  {counts[folder]:4} {folder}")


def cycles():
    print("cycles among files, by product:")
    for product in graph.PRODUCTS:
        found = graph.components(graph.edges(product))
        print(f"  {len(found):4} {product}" +
              (f": of {', '.join(str(len(one)) for one in found)} files" if found else ""))


def functions(name):
    """(name, lines) of each C function: from the line of its name to its closing brace."""
    lines = audit_source.text(name).splitlines()
    for i, line in enumerate(lines):
        if line != "{":
            continue
        start = i - 1
        while not re.match(r"[A-Za-z_].*\w\(", lines[start]):
            start -= 1
        yield re.search(r"(\w+)\(", lines[start])[1], lines.index("}", i) - start + 1


def function_lengths():
    print("lines of C functions:")
    for folder in ("src", "tools"):
        found = [(count, f"{name}: {function}") for name in audit_source.files(f"{folder}/*.c")
                 for function, count in functions(name)]
        counts = [count for count, _ in found]
        print(f"  {folder}: {len(counts)} functions, median {statistics.median(counts):g}, longest {max(counts)}")
        for count, function in sorted(found, reverse=True):
            if count > FUNCTION_GOAL:
                print(f"  {count:6} over {FUNCTION_GOAL}: {function}")


def long_files():
    found = [(audit_source.text(name).count("\n"), name) for name in audit_source.files(*FOLDERS, "Makefile")]
    over = [one for one in sorted(found, reverse=True) if one[0] > FILE_GOAL]
    print(f"files over {FILE_GOAL} lines: {len(over)} of {len(found)}")
    for count, name in over:
        print(f"  {count:4} {name}")


def comment_words(name):
    comments = COMMENT.findall(LITERAL.sub('""', audit_source.text(name)))
    words = re.findall(r"[A-Za-z][A-Za-z']*", " ".join(one for one in comments if "SPDX" not in one))
    return [word.lower() for word in words]


def indefinite_words():
    """Licence lines are left out; so are string literals."""
    print("indefinite words per 1000 words of comment in C and assembly:")
    for folder in FOLDERS:
        words, worst = [], []
        for name in audit_source.files(*(f"{folder}/*.{suffix}" for suffix in "chS")):
            here = comment_words(name)
            count = sum(word in INDEFINITE for word in here)
            words += here
            worst.append((count, f"{name} {count} of {len(here)}"))
        count = sum(word in INDEFINITE for word in words)
        print(f"  {1000 * count / max(len(words), 1):4.0f} {folder}: {count} of {len(words)}; most: " +
              ", ".join(text for _, text in sorted(worst, reverse=True)[:3]))


def main():
    for measure in (files_per_folder, cycles, function_lengths, long_files, indefinite_words):
        measure()


if __name__ == "__main__":
    main()
