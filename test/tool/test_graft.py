# SPDX-License-Identifier: BSD-2-Clause
"""lethe graft: in programs made up here, one fault each, and in the kexec of Debian 12 and of Debian 13."""
import os
import pathlib
import random
import stat
import struct

import pytest

from tool_command import LETHE, ROOT
from tool_elf import GLOBAL, LOCAL, SHDR, SYMBOLS, WEAK, header, program, purgatory, section

OURS = pathlib.Path(LETHE).with_name("purgatory.ro").read_bytes()
KEXECS = [pathlib.Path(folder) / "sbin/kexec"
          for folder in os.environ.get("KEXECS", str(ROOT / "build/deps/kexec")).split()]
ROOM = len(OURS) + 3000
REBUILD = "make -C examples/kexec-tools"


def graft(lethe, data, place, room):
    """Grafts, checks every byte of the result, and returns it."""
    lethe.write("kexec", data)
    os.chmod(lethe.directory / "kexec", 0o751)
    check = lethe.good("graft", "--check", "kexec")
    result = lethe.good("graft", "kexec", "-o", "out")
    assert result.stdout == check.stdout + "out: written\n" and result.stderr == ""
    assert "room %d bytes" % room in result.stdout and ": fits" in result.stdout
    assert "offset %#x" % place in result.stdout
    assert lethe.read("kexec") == data
    out = lethe.read("out")
    assert out == data[:place] + OURS + bytes(room - len(OURS)) + data[place + room:]
    assert stat.S_IMODE(os.stat(lethe.directory / "out").st_mode) == 0o751
    assert not [name for name in os.listdir(lethe.directory) if name.startswith("out.")]
    return out, result.stdout


@pytest.mark.parametrize("kind", [2, 3])
@pytest.mark.parametrize("odd", range(8))
def test_graft(lethe, kind, odd):
    """Nothing says that a char array is aligned."""
    data = program(purgatory(ROOM), kind=kind)
    data = data[:64] + bytes(odd) + data[64:]
    out, text = graft(lethe, data, data.index(purgatory(ROOM)), ROOM)
    assert "kexec-tools' own" in text and len(out) == len(data)


def test_exact_fit_and_one_byte_less(lethe):
    data = program(purgatory(len(OURS)))
    graft(lethe, data, data.index(purgatory(len(OURS))), len(OURS))
    lethe.write("kexec", program(purgatory(len(OURS) - 1), gap=64))
    reason = "kexec: Lethe's purgatory has %d bytes, the room for it %d" % (
        len(OURS), len(OURS) - 1)
    assert REBUILD in lethe.bad(3, reason, "graft", "kexec", "-o", "new").stderr
    result = lethe.bad(3, reason, "graft", "--check", "kexec")
    assert "does not fit" in result.stdout


def test_graft_again(lethe):
    """The room is the first object's, not the zeros' behind it, and what was grafted is known."""
    data = program(purgatory(ROOM), gap=40)
    place = data.index(purgatory(ROOM))
    once, _ = graft(lethe, data, place, ROOM)
    twice, text = graft(lethe, once, place, ROOM)
    assert once == twice and "already, the same as this command's" in text
    other = purgatory(ROOM - 500, lethe=77)
    older = data[:place] + other + bytes(500) + data[place + ROOM:]
    again, text = graft(lethe, older, place, ROOM)
    assert again == once and "already, but of another version" in text


def test_no_room_is_invented(lethe):
    """Without the first one's length there is no telling whose the zeros are."""
    other = purgatory(len(OURS) - 8, lethe=77)
    lethe.write("kexec", program(other, gap=64, length=1))
    result = lethe.bad(3, "the room for it %d" % len(other), "graft", "kexec", "-o", "new")
    assert "the binary as it came may have more" in result.stderr


def test_ours_with_one_byte_changed_is_another_version(lethe):
    data = bytearray(program(purgatory(ROOM)))
    place = bytes(data).index(purgatory(ROOM))
    out, _ = graft(lethe, bytes(data), place, ROOM)
    damaged = bytearray(out)
    damaged[place + 8] ^= 1  # of e_ident, where nothing is looked at
    _, text = graft(lethe, bytes(damaged), place, ROOM)
    assert "of another version" in text


GOOD = purgatory(ROOM)
REFUSED = [
    (b"", "is no ELF file"), (b"\x7fEL", "is no ELF file"), (b"#!/bin/sh\n", "is no ELF file"),
    (GOOD[:4], "is no 64-bit"), (program(GOOD)[:63], "is no 64-bit"),
    (b"\x7fELF\x01" + program(GOOD)[5:], "is no 64-bit little-endian"),
    (b"\x7fELF\x02\x02" + program(GOOD)[6:], "is no 64-bit little-endian"),
    (program(GOOD, machine=62), "is not for arm64 but for x86-64"),
    (program(GOOD, kind=1), "is no program: ELF type 1"), (GOOD, "is no program: ELF type 1"),
    (program(GOOD, kind=4), "is no program: ELF type 4"),
    (program(), "there is no purgatory in it"), (program(b"\x7fELF" * 50), "there is no purgatory"),
    (program(GOOD[:18] + b"\x3e" + GOOD[19:]), "there is no purgatory in it"),
    (program(GOOD, GOOD), "there are 2 purgatories in it"),
    (program(GOOD, purgatory(9000), GOOD), "there are 3 purgatories in it"),
    (program(GOOD)[:64] + header(1), "table of sections is damaged"),
    (program() + header(1)[:63], "there is no purgatory in it"),
    (program(GOOD[:58] + b"\x28" + GOOD[59:]), "table of sections is damaged"),
    (program(GOOD[:40] + b"\xff" * 8 + GOOD[48:]), "table of sections is damaged"),
    (program(GOOD[:60] + b"\xff\xff" + GOOD[62:]), "table of sections is damaged"),
    (program(section(GOOD, 1, 24, 1 << 63)), "its section 1 is not in the file"),
    (program(section(GOOD, 2, 32, (1 << 64) - 1)), "its section 2 is not in the file"),
    (program(section(GOOD, 4, 40, 6)), "no global symbol purgatory_start"),
    (program(section(GOOD, 4, 40, 1)), "no global symbol purgatory_start"),
    (program(section(GOOD, 5, 32, 1)), "no global symbol purgatory_start"),
    (program(section(GOOD, 4, 32, 25)), "no global symbol purgatory_start"),
    (program(purgatory(ROOM, WEAK)), "no global symbol skip_checks"),
    (program(purgatory(ROOM, LOCAL)), "no global symbol skip_checks"),
    (program(purgatory(ROOM, arm64_sink=(2, 309, 8))), "arm64_sink is outside of its section"),
    (program(purgatory(ROOM, arm64_sink=(2, (1 << 64) - 8, 8))), "arm64_sink is outside of its"),
    (program(purgatory(ROOM, purgatory_start=(1, 0, 1 << 40))), "purgatory_start is outside of"),
    (program(section(section(section(section(GOOD, 4, 40, 0), 0, 4, 3), 0, 24, 1 << 40), 0, 32, 1 << 62)),
     "no global symbol purgatory_start"),
    (program(section(GOOD, 2, 4, 0)), "is in a section without bytes"),
] + [(program(section(GOOD, index, 32, size + more), gap=4096, length=ROOM),
      "kexec's own data does not hold this size")
     for index, size in ((4, 24 * 8), (5, 100)) for more in (1000, 1400)
] + [(program(GOOD, length=length), "kexec's own data does not hold this size")
     for length in (ROOM - 1, ROOM + 8)
] + [(program(purgatory(ROOM, **{name: None})), "offset 0x118 is no purgatory: "
      "it has no global symbol " + name) for name in SYMBOLS
] + [(program(purgatory(ROOM, **{name: (place, 0, size)})), name + " is not defined in a section")
     for name, (_, _, size) in SYMBOLS.items() for place in (0, 6, 0xfff1, 0xfff2, 0xffff)
] + [(program(purgatory(ROOM, **{name: (3, 0, size)})), name + " is in a section without bytes")
     for name, (_, _, size) in SYMBOLS.items()
] + [(program(purgatory(ROOM, **{name: (2, 0, size + more)})), "its symbol %s has %d bytes, %d" % (
      name, size + more, size)) for name, (_, _, size) in SYMBOLS.items()
     if name != "purgatory_start" for more in (-1, 1, -size)]


@pytest.mark.parametrize("data, reason", REFUSED, ids=["%d %s" % (i, r[-40:])
                                                       for i, (_, r) in enumerate(REFUSED)])
def test_refused(lethe, data, reason):
    lethe.write("kexec", data)
    for args in (["--check", "kexec"], ["kexec", "-o", "new"]):
        result = lethe.bad(3, reason, "graft", *args)
        assert result.stderr.startswith("lethe: kexec: ") and REBUILD in result.stderr
        assert result.stderr.count("\n") == 1 and result.stdout == ""
    assert lethe.read("kexec") == data


def test_one_purgatory_beside_another_object(lethe):
    data = program(purgatory(4000, skip_checks=None), GOOD, length=ROOM)
    graft(lethe, data, data.index(GOOD), ROOM)


def test_a_hostile_program_takes_no_time(lethe):
    """Objects that overlap, each with thousands of tables of the whole file."""
    tables = struct.pack("<IIQQQQIIQQ", 0, 2, 0, 0, 0, 4 << 20, 1, 0, 1, 24) * 65535
    front = b"".join(header(1, shoff=64 * (20000 - i), shnum=65535) for i in range(20000))
    lethe.write("kexec", program() + front + tables + bytes(4 << 20))
    lethe.bad(3, "kexec: ", "graft", "--check", "kexec", timeout=10)
    some = struct.pack("<IIQQQQIIQQ", 0, 2, 0, 0, 0, 4 << 20, 1, 0, 1, 24) * 1000
    front = b"".join(header(1, shoff=64 * (20000 - i), shnum=1000) for i in range(20000))
    lethe.write("kexec", program() + front + some + bytes(4 << 20))
    lethe.bad(3, "there are more than 64 objects in it", "graft", "--check", "kexec", timeout=10)


def test_damage_never_crashes(lethe):
    """Every byte of the headers and the table, and random ones; and every length, in steps."""
    small = program(purgatory(2000))
    rng = random.Random(1)
    places = [216 + 64 + i for i in range(0, 64)] + list(range(len(small) - 120 - 900,
                                                               len(small) - 120, 3))
    for place in places + rng.sample(range(len(small)), 100):
        data = bytearray(small)
        data[place] ^= rng.choice([1, 0x80, 0xff])
        lethe.write("kexec", data)
        assert lethe.run("graft", "--check", "kexec").returncode in (0, 3), place
    for end in range(0, len(small), 37):
        lethe.write("kexec", small[:end])
        assert lethe.run("graft", "--check", "kexec").returncode in (0, 3), end


@pytest.mark.parametrize("args, reason", [
    ([], "a file is needed"), (["--check"], "a file is needed"), (["-o", "x"], "a file is needed"),
    (["kexec"], "-o FILE is needed, or --check"), (["kexec", "-o"], "-o needs a value"),
    (["kexec", "-o", "x", "-o", "y"], "-o is given twice"),
    (["--check", "kexec", "-o", "x"], "--check writes nothing"),
    (["kexec", "kexec", "-o", "x"], "one file at a time"),
    (["--force", "kexec"], "--force is no option of it"),
    (["kexec", "-o", ""], "the output needs a name"), (["kexec", "-o", "-"], "standard output"),
    (["kexec", "-o", "."], "is not a regular file"),
    (["kexec", "-o", "kexec"], "would overwrite the input kexec"),
    (["kexec", "-o", "./hard"], "would overwrite the input kexec"),
    (["kexec", "-o", "soft"], "would overwrite the input kexec"),
    (["soft", "-o", "hard"], "would overwrite the input soft")])
def test_usage(lethe, args, reason):
    data = program(GOOD)
    lethe.write("kexec", data)
    os.link(lethe.directory / "kexec", lethe.directory / "hard")
    os.symlink("kexec", lethe.directory / "soft")
    lethe.bad(2, reason, "graft", *args)
    assert lethe.read("kexec") == data


def test_unreadable(lethe):
    lethe.bad(3, "gone: No such file", "graft", "gone", "-o", "new")
    lethe.bad(3, "is a directory", "graft", "--check", ".")
    lethe.write("kexec", program(GOOD))
    lethe.bad(3, "No such file", "graft", "kexec", "-o", "gone/new")


def test_names_like_options(lethe):
    lethe.write("--check", program(GOOD))
    lethe.good("graft", "-o", "new", "--", "--check")


def test_over_an_older_output(lethe):
    """Its mode is KEXEC's all the same; set-user-ID included, for the owner is the same."""
    lethe.write("kexec", program(GOOD))
    os.chmod(lethe.directory / "kexec", 0o4755)
    lethe.write("out", b"older")
    os.chmod(lethe.directory / "out", 0o600)
    lethe.good("graft", "kexec", "-o", "out")
    assert stat.S_IMODE(os.stat(lethe.directory / "out").st_mode) == 0o4755


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_owner(lethe):
    lethe.write("kexec", program(GOOD))
    os.chown(lethe.directory / "kexec", 12, 34)
    lethe.good("graft", "kexec", "-o", "out")
    status = os.stat(lethe.directory / "out")
    assert (status.st_uid, status.st_gid) == (12, 34)


# ---- Debian's, of this release and, in the long tier, of the other ----

@pytest.fixture(params=KEXECS, ids=lambda path: path.parents[1].name)
def debian(request):
    """(the bytes, where the purgatory is, how long it is): says an object's own table of sections."""
    data = request.param.read_bytes()
    place = data.index(b"\x7fELF", 1)
    shoff, = struct.unpack_from("<Q", data, place + 40)
    shnum, = struct.unpack_from("<H", data, place + 60)
    return data, place, shoff + SHDR * shnum


def test_debian(lethe, debian):
    data, place, room = debian
    once, text = graft(lethe, *debian)
    assert "kexec-tools' own" in text
    twice, text = graft(lethe, once, place, room)
    assert once == twice and "the same as this command's" in text
    # The room is not forgotten by an object that leaves most of it.
    short = purgatory(3000, lethe=77)
    again, text = graft(lethe, data[:place] + short + bytes(room - 3000) + data[place + room:],
                        place, room)
    assert again == once and "of another version" in text


def test_debian_as_installed(lethe, debian):
    """In place of what was there, as docs/use/kexec.md does: the owner and the mode are KEXEC's."""
    owner = (12, 34) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    lethe.write("kexec", debian[0])
    lethe.write("out", b"older")
    os.chown(lethe.directory / "kexec", *owner)
    os.chmod(lethe.directory / "kexec", 0o4755)
    lethe.good("graft", "kexec", "-o", "out")
    for name in "kexec", "out":
        status = os.stat(lethe.directory / name)
        assert (status.st_uid, status.st_gid, status.st_mode & 0o7777) == (*owner, 0o4755)
    assert lethe.read("kexec") == debian[0]


def test_debian_refused(lethe, debian):
    """Each fault alone, in what was shown to be good."""
    data, place, room = debian
    behind = data[place + room:]
    length = data.rindex(struct.pack("<Q", room))
    for bad, reason in [
            (data[:18] + b"\x3e" + data[19:], "is not for arm64 but for x86-64"),
            (data[:place], "there is no purgatory in it"),
            (data[:place + 18] + b"\x3e" + data[place + 19:], "there is no purgatory in it"),
            (data[:place + room - 1], "offset %#x is no purgatory: its table of" % place),
            (data.replace(b"sha256_digest\0", b"sha256_digesT\0"),
             "it has no global symbol sha256_digest"),
            (data + data[place:place + room], "there are 2 purgatories in it"),
            # An older and shorter Lethe, and no word of how long the first one was.
            (data[:place] + purgatory(3000, lethe=77) + bytes(room - 3000) + behind[:length - place - room]
             + bytes(8) + data[length + 8:], "the binary as it came may have more"),
    ]:
        lethe.write("kexec", bad)
        for args in (["--check", "kexec"], ["kexec", "-o", "new"]):
            assert REBUILD in lethe.bad(3, reason, "graft", *args).stderr
        assert lethe.read("kexec") == bad


def test_ours_is_what_kexec_takes():
    assert GLOBAL == 0x10 and OURS[:4] == b"\x7fELF" and b"\0lethe_purgatory\0" in OURS
