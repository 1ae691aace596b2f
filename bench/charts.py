# SPDX-License-Identifier: BSD-2-Clause
"""charts.py FOLDER: draws bench.json's digest and library figures as digest.svg and pages.svg.

A chart whose part is absent from bench.json is not drawn. The colours suit a light page, and change with a dark one.
"""
import html
import json
import math
import os
import sys

import report

STYLE = """<style>
	text { font: 13px system-ui, sans-serif; fill: #24292f; }
	.title { font-size: 16px; font-weight: 600; }
	.note { fill: #57606a; font-size: 12px; }
	.end { text-anchor: end; }
	.middle { text-anchor: middle; }
	.grid { stroke: #8c959f; stroke-opacity: .35; }
	.lethe { fill: #0969da; stroke: #0969da; }
	.peer { fill: #8c959f; stroke: #8c959f; }
	.second { fill: #bc4c00; stroke: #bc4c00; }
	.bar { stroke: none; }
	.paper { fill: #ffffff; }
	.line { fill: none; stroke-width: 2; }
	@media (prefers-color-scheme: dark) {
		text { fill: #e6edf3; }
		.paper { fill: #0d1117; }
		.note { fill: #9da7b3; }
		.lethe { fill: #58a6ff; stroke: #58a6ff; }
		.second { fill: #f0883e; stroke: #f0883e; }
	}
</style>"""
MIB = 1 << 20


def text(x, y, content, kind=""):
    return f'<text x="{x:g}" y="{y:g}" class="{kind}">{html.escape(content)}</text>'


def rule(x1, y1, x2, y2):
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" class="grid"/>'


def write(path, width, height, title, parts):
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">\n'
                   f'<title>{html.escape(title)}</title>\n{STYLE}\n<rect width="100%" height="100%" class="paper"/>\n'
                   + "\n".join(parts) + "\n</svg>\n")
    print(f"{path}: {title}")


def bars(left, width, top, title, rows):
    """One panel of horizontal bars on a log scale: rows are (class, value)."""
    low = math.floor(math.log10(min(value for _, value in rows)) - 0.01)
    high = math.ceil(math.log10(max(value for _, value in rows)))
    bottom = top + 26 * len(rows)
    parts = [text(left, top - 14, title)]
    for power in range(low, high + 1):
        x = left + width * (power - low) / (high - low)
        parts += [rule(x, top, x, bottom), text(x, bottom + 16, f"{10.0 ** power:g}", "note middle")]
    for i, (kind, value) in enumerate(rows):
        length = width * (math.log10(value) - low) / (high - low)
        y = top + 26 * i
        parts.append(f'<rect x="{left}" y="{y + 5}" width="{length:.1f}" height="16" class="bar {kind}"/>')
        parts.append(text(left + length + 5, y + 17, f"{value:.3g}"))
    return parts


def draw_digest(figures, path):
    size = min(figures, key=int)
    rows = [(name, "lethe" if name.startswith("lethe") else "peer", one["per_byte"])
            for name, one in figures[size].items()]
    title = f"SHA-256 of {int(size) // MIB} MiB with the MMU off, per byte"
    parts = [text(16, 26, title, "title"), text(16, 46, "Logarithmic scales, shorter is better. Blue: Lethe.", "note")]
    parts += [text(130, 108 + 26 * i, name, "end") for i, (name, _, _) in enumerate(rows)]
    parts += bars(140, 260, 91, "Instructions", [(kind, one["instructions"]) for _, kind, one in rows])
    parts += bars(480, 260, 91, "Memory accesses", [(kind, one["loads"] + one["stores"]) for _, kind, one in rows])
    write(path, 800, 91 + 26 * len(rows) + 32, title, parts)


def curves(left, width, top, height, title, sizes, lines):
    """One panel of lines over a log scale of sizes: lines are (class, name, values)."""
    most = max(max(values) for _, _, values in lines)
    step = 10 ** math.floor(math.log10(most))
    step /= 2 if most / step < 4 else 1
    count = math.ceil(most * 1.1 / step)
    xs = [left + width * math.log2(size / sizes[0]) / math.log2(sizes[-1] / sizes[0]) for size in sizes]
    parts = [text(left, top - 14, title)]
    for i in range(count + 1):
        y = top + height - height * i / count
        parts += [rule(left, y, left + width, y), text(left - 6, y + 4, f"{step * i:g}", "note end")]
    for x, size in zip(xs, sizes):
        name = f"{size // MIB} MiB" if size < 1024 * MIB else f"{size // MIB / 1024:g} GiB"
        parts.append(text(x, top + height + 18, name, "note middle"))
    for kind, name, values in lines:
        ys = [top + height - height * value / (step * count) for value in values]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys))
        parts.append(f'<polyline points="{points}" class="line {kind}"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" class="{kind}"/>' for x, y in zip(xs, ys)]
        parts.append(text(left + width, ys[-1] - 9, f"{name}: {values[-1]:,.0f}", "end"))
    return parts


def sizes_of(figures):
    """From 64 MiB on: at smaller sizes the work done once for all pages would show."""
    return sorted(size for size in map(int, figures) if size >= 64 * MIB)


def draw_pages(figures, path):
    sizes = sizes_of(figures)
    modes = [("lethe", "cached"), ("second", "uncached")]
    title = "lethe_boot() on a list, from its call to the payload, per page of 4 KiB"
    parts = [text(16, 26, title, "title"), text(16, 46, "By the bytes moved. Lower is better.", "note")]
    for left, name, key in ((60, "Instructions", "instructions"), (460, "Accesses to Device memory", "uncached")):
        parts += curves(left, 310, 91, 180, name, sizes, [
            (kind, mode, [figures[str(size)][mode]["per_page"][key] for size in sizes]) for kind, mode in modes])
    write(path, 800, 305, title, parts)


def main(folder):
    with open(report.PATH, encoding="utf-8") as file:
        figures = json.load(file)
    if "digest" in figures:
        draw_digest(figures["digest"], os.path.join(folder, "digest.svg"))
    if len(sizes_of(figures.get("library", {}))) > 1:
        draw_pages(figures["library"], os.path.join(folder, "pages.svg"))


if __name__ == "__main__":
    main(sys.argv[1])
