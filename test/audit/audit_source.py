# SPDX-License-Identifier: BSD-2-Clause
"""Audits of the sources: constants, banners, comments at barriers, size, licence, links, cppcheck, pyflakes."""
import os
import re
import shutil
import subprocess

# Wide constants that are no machine's address, each with its reason.
CONSTANTS = {
    0x644D5241: "arm64 Image magic",
    0x4E4C50454854454C: "plan magic",
    0x424C42454854454C: "blob header magic",
    0x84000009: "PSCI SYSTEM_RESET",
    0xD2805A4D: "the Image header's first instruction, in a comment",
    0xFFFFFFFF: "mask",
    0xFF00FFFFFF: "affinity fields of MPIDR_EL1",
    0x27051956: "uImage magic",
    0x4854454C: "flash magic",
    0x48534C46: "flash magic",
    0x5458454E48534C46: "of a bundle that has another one behind it",
    0xC2004E58: "SMC for the next bundle",
    0x5A17C3962D78E10F: "a pattern for RAM",
    0x79646165722D3365: "the sign that scratch memory is valid",
    0x494645454854454C: "EFI door magic",
    **dict.fromkeys((0x5B1B31A1, 0x09576E91, 0x4006C0C1, 0xF4560CF6, 0x8BE4DF61, 0x8868E871, 0xB1B621D5, 0x5568E427, 0xBC62157E),
                    "the first word of a GUID of UEFI's or Linux's"),
    0xEDB88320: "polynomial of CRC-32",
    0xC0000000: "GNU_PROPERTY_AARCH64_FEATURE_1_AND",
}


def primes(count):
    found = []
    n = 2
    while len(found) < count:
        if all(n % p for p in found):
            found.append(n)
        n += 1
    return found


def root_bits(n, k):
    """The first 32 bits of the fractional part of the k-th root of n, exactly."""
    low, high = 0, n << 32
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**k <= n << (32 * k) else (low, middle)
    return low & 0xFFFFFFFF


SHA256_CONSTANTS = {root_bits(p, 3) for p in primes(64)} | {root_bits(p, 2) for p in primes(8)}


def files(*patterns):
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "--", *patterns],
                         capture_output=True, text=True, check=True).stdout
    names = []
    for name in out.splitlines():
        try:
            open(name, encoding="utf-8").close()
            names.append(name)
        except FileNotFoundError:  # deleted, not yet committed
            pass
    return names


def text(name):
    with open(name, encoding="utf-8") as file:
        return file.read()


# Entered by a loader, by the CPU or by other assembly: no header has a prototype.
NO_C_CALLER = ("lethe_image_entry", "lethe_library_entry", "lethe_entry_common", "lethe_exception",
               "lethe_fault_in_handoff", "lethe_inject_undefined", "lethe_serror_window", "lethe_monitor_trap",
               "lethe_image_arguments", "lethe_flash_reset", "lethe_flash_copied", "lethe_flash_console_on",
               "lethe_flash_stop", "lethe_el3_arrive", "lethe_el3_park", "lethe_el3_wait", "lethe_el3_enter",
               "lethe_el3_smc", "lethe_el3_fault", "lethe_el3_vectors_on", "lethe_efi_entry")


def no_addresses():
    """no machine address among the constants of src/ and include/"""
    bad = []
    for name in files("src", "include", "linker.ld"):
        for number, line in enumerate(text(name).splitlines(), 1):
            for literal in re.findall(r"\b0[xX][0-9a-fA-F]{7,16}\b", line):
                value = int(literal, 16)
                if value not in CONSTANTS and value not in SHA256_CONSTANTS:
                    bad.append(f"{name}:{number}: {literal}")
    return bad


def banners():
    """every assembly routine has its banner: prototype, In, Out, Clobbers, State, Stack"""
    bad = []
    for name in files("src/*.S"):
        content = text(name)
        for match in re.finditer(r"^FUNC (\w+)", content, re.M):
            comment = content[:match.start()].rstrip()
            banner = comment[comment.rfind("/*"):] if comment.endswith("*/") else ""
            missing = [f for f in ("In ", "Out ", "Clobbers", "State", "Stack") if f" * {f}" not in banner]
            if missing or not re.search(rf"\b{match.group(1)}\(.*;", banner):
                bad.append(f"{name}: {match.group(1)}: missing {', '.join(missing) or 'prototype'}")
            if not re.search(rf"^END {match.group(1)}$", content, re.M):
                bad.append(f"{name}: {match.group(1)}: no END")
    return bad


def prototypes():
    """the prototype in each banner is the one in a header"""
    headers = re.sub(r"\s+", " ", " ".join(text(h) for h in files("include/*.h", "src/*.h")))
    bad = []
    for name in files("src/*.S"):
        for match in re.finditer(r"^ \* (.*\b(lethe_\w+)\([^;]*\));$", text(name), re.M):
            if match.group(2) not in NO_C_CALLER and match.group(1) not in headers:
                bad.append(f"{name}: {match.group(1)}")
    return bad


def barriers():
    """every barrier, maintenance operation and system register write says what it orders or sets"""
    bad = []
    for name in files("src/*.S"):
        lines = text(name).splitlines()
        for i, line in enumerate(lines):
            if not re.search(r"\b(dsb|dmb|isb|dc|ic|tlbi|msr|hint|eret)\b", line.split("//")[0].split("*")[0]):
                continue
            # Its own comment, or the one that opens the run of instructions it belongs to.
            if not any("//" in l for l in lines[max(0, i - 3):i + 1]):
                bad.append(f"{name}:{i + 1}: {line.strip()}")
    return bad


def licences():
    """every source file says its licence in its first lines"""
    return [name for name in files("src", "include", "tools", "test", "bench", "Makefile", "linker.ld")
            if not name.endswith((".json", ".in"))
            and "SPDX-License-Identifier: BSD-2-Clause" not in "\n".join(text(name).splitlines()[:3])]


def file_size():
    """no file has grown to two jobs: 400 lines"""
    return [f"{name}: {count}" for name in files("src", "include", "tools", "test", "bench", "Makefile")
            if (count := text(name).count("\n")) > 400]


def portable():
    """no machine path and no registry's host name in any file"""
    pattern = re.compile("/(wo" "rk|ho" "me)/" r"|https?://[a-z0-9.-]*(deb" "ian|npm" "js)")
    return [f"{name}:{n}" for name in files() for n, line in enumerate(text(name).splitlines(), 1)
            if pattern.search(line)]


def cppcheck():
    """cppcheck finds nothing in src/ and tools/"""
    out = subprocess.run(
        ["cppcheck", "--quiet", "--std=c11", "--enable=warning,portability,performance",
         "--inline-suppr", "-U__ASSEMBLER__", "--suppress=missingIncludeSystem",
         # Two ends of one thing, as the linker or the assembler names them.
         "--suppress=comparePointers",
         # Newer versions say that they did not look everywhere; older ones did not either, in silence.
         "--suppress=normalCheckLevelMaxBranches", "--error-exitcode=1", "-Iinclude",
         "-Isrc", "-Itools/lethe", "src", "tools/lethe"], capture_output=True, text=True, check=False)
    return out.stderr.splitlines() if out.returncode else []


def pyflakes():
    """pyflakes finds nothing in any Python file: a name that is not there may else fail in the long tier only"""
    command = next(filter(shutil.which, ("pyflakes3", "pyflakes")))
    done = subprocess.run([command, *files("*.py")], capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).splitlines() if done.returncode else []


def test_files():
    """no Python file imports a test_*.py: what tests share is in test/qemu/harness or a conftest.py"""
    return [f"{name}:{number}: {line.strip()}" for name in files("*.py")
            for number, line in enumerate(text(name).splitlines(), 1)
            if re.match(r"\s*(from|import)\s.*\btest_\w+", line)]


def headings(name):
    """The headings of a paper, and the anchors that links call them by."""
    found = re.findall(r"^#+ (.+)$", text(name), re.M) if name.endswith(".md") else []
    return found, [re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in found]


def papers():
    """every link, docs/ path, heading and source file that a paper or a comment names exists"""
    bad = []
    sources = [f"/{name}" for name in files("*.c", "*.S", "*.h", "*.py", "*.ld", "*.mk")]
    for name in files("*.md", ":!CHANGELOG.md"):
        bad += [f"{name}: {one}" for one in re.findall(r"`([\w./-]+\.(?:c|S|h|py|ld|mk))`", text(name))
                if not any(source.endswith(f"/{one}") for source in sources)]
    for name in files():
        content = text(name)
        links = [(m.start(), os.path.join(os.path.dirname(name), m[1]) if m[1] else name, m[2], 1) for m in
                 re.finditer(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)", content)] if name.endswith(".md") else []
        # A path with a wildcard or a variable in it is none.
        links += [(m.start(), m[1], m[2], 0) for m in
                  re.finditer(r'(?<![\w-])(?<!\w/)(docs/[\w./-]*\w)(?![\w./-]*[*{$%<])(?:\)?, "([^"\n]+)")?', content)]
        for start, path, heading, anchor in links:
            path = os.path.normpath(path)
            if not os.path.exists(path) or heading and heading not in headings(path)[anchor]:
                line = content.count("\n", 0, start) + 1
                bad.append(f"{name}:{line}: {path}{f', {heading}' if heading else ''}")
    return bad


AUDITS = [no_addresses, banners, prototypes, barriers, licences, file_size, portable, papers, cppcheck, pyflakes,
          test_files]
