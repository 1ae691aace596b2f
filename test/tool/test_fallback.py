# SPDX-License-Identifier: BSD-2-Clause
"""lethe pack --fallback: slots that do not get in each other's way, and what is refused."""
import json

import pytest

from tool_bundle import IN_PLACE, NONE, OFFSET, RESERVE, Bundle, check_efi, check_headers
from tool_command import K, damage
from tool_files import BLOCK, MIB, image

F = "--fallback"
O = ["-o", "x"]


def up(value):
    return -(-value // BLOCK) * BLOCK


def check_slots(bundle):
    """Owned in order; names are there once; kernels have room; nothing shares a byte of the file."""
    check_headers(bundle)
    names = bundle.names()
    assert len(set(names)) == len(names) and all(0 < len(name) < 16 for name in names)
    assert len({slot["name"] for slot in bundle.slots}) == len(bundle.slots)
    first = 0
    for slot in bundle.slots:
        assert slot["first_segment"] == first
        first += slot["segment_count"]
    ends = sorted((s["source"], s["source"] + s["file_size"]) for s in bundle.segments)
    assert all(a[1] <= b[0] for a, b in zip(ends, ends[1:]))
    check_efi(bundle, ends[-1][1])
    taken = bytearray(bundle.data)
    taken[:bundle.plan_offset + bundle.plan["total_size"]] = bytes(
        bundle.plan_offset + bundle.plan["total_size"])
    for start, end in [*ends, (bundle.efi.at, len(taken))]:
        taken[start:end] = bytes(end - start)
    assert not any(taken)
    kernels = [s for s in bundle.segments if s["name"].startswith("kernel")]
    above = bundle.slot["tree_base"] + BLOCK        # the slide of the last one is the extent's
    for kernel in kernels:
        assert kernel["source"] % BLOCK == kernel["align_offset"] and kernel["align"] == BLOCK
        assert kernel["source"] + kernel["mem_size"] + BLOCK <= above
        above = kernel["source"] - kernel["align_offset"]
    assert all(s["source"] % 4096 == 0 and s["source"] < above for s in bundle.segments
               if not s["name"].startswith("kernel"))


def test_two_kernels(lethe):
    lethe.write("old", image(5 * MIB, 7 * MIB, text_offset=0x80000, seed=2))
    bundle, result = lethe.pack(*K, "--initrd", "initrd", F, "--kernel", "old", "--append", "old")
    check_slots(bundle)
    assert bundle.plan["on_fail"] == 3
    assert bundle.names() == ["initrd", "kernel", "kernel-1"]
    assert [slot["name"].rstrip(b"\0") for slot in bundle.slots] == [b"kernel", b"kernel-1"]
    assert bundle.content("kernel") == image()
    assert bundle.content("kernel-1") == lethe.read("old")
    assert bundle["kernel-1"]["source"] == BLOCK + 0x80000
    assert bundle["kernel"]["source"] == up(BLOCK + 0x80000 + 7 * MIB) + BLOCK
    assert bundle["kernel-1"]["flags"] == OFFSET | IN_PLACE
    one, other = bundle.slots
    assert (one["entry_segment"], one["initrd_segment"], one["cmdline_size"]) == (1, 0, 0)
    assert (other["entry_segment"], other["initrd_segment"]) == (2, NONE)
    assert (other["cmdline_offset"], other["cmdline_size"]) == (0, 4)
    assert bundle.strings == b"old\0"
    assert "fallback 1:\n  kernel-1 5 MiB\n  command line: old" in result.stdout
    verified = lethe.good("verify", "boot.img").stdout.splitlines()
    assert [line.split()[0] for line in verified] == [*bundle.names(), "boot.img:"]


def test_all_there_can_be(lethe):
    for i in range(4):
        lethe.write("K%d" % i, image(MIB + i, 3 * MIB, text_offset=i * 0x1000, seed=i))
        lethe.write("I%d" % i, b"initrd %d" % i * (500 + i))
    options = []
    for i in range(4):
        options += [F] * (i != 0) + ["--append", "s%d" % i, "--initrd", "I%d" % i, "--dtb", "dtb",
                                     "--raw", "raw@0x48000000", "--kernel", "K%d" % i]
        options += ["--force-dtb"] * (i == 2)
    bundle, _ = lethe.pack(*options)
    check_slots(bundle)
    assert bundle.names() == ["dtb", "initrd", "raw0", "kernel"] + [
        "%s-%d" % (name, i) for i in (1, 2, 3) for name in ("dtb", "initrd", "raw0", "kernel")]
    for i, slot in enumerate(bundle.slots):
        assert [slot[key] for key in ("tree_segment", "initrd_segment", "entry_segment")] == [
            4 * i, 4 * i + 1, 4 * i + 3]
        assert slot["flags"] == 4 + (i == 2)
        at = slot["cmdline_offset"]
        assert bundle.strings[at:at + slot["cmdline_size"]] == b"s%d\0" % i
        assert bundle.content(bundle.names()[4 * i + 3]) == lethe.read("K%d" % i)
        assert bundle.content(bundle.names()[4 * i + 1]) == lethe.read("I%d" % i)
        assert bundle.segments[4 * i + 2]["flags"] == OFFSET | RESERVE
    text = lethe.good("inspect", "boot.img").stdout
    for piece in ('slot 3   "kernel-3": 4 segments from 12, enter segment 15 + 0x0', '"s3"',
                  "on-fail fallback", "kernel-2 (zeroed)", "physical addresses, slot 3"):
        assert piece in text, piece
    memory = text.split("memory from")[1].split("memory elsewhere")[0]
    assert memory.count("device tree") == 1
    borders = [int(line.split()[0], 16) for line in memory.splitlines() if "+--" in line]
    assert borders == sorted(set(borders)) and borders[-1] == bundle.image_size
    lethe.bad(2, "--fallback: at most 3", "pack", *options, F, *K, *O)


def test_kernel_behind_a_raw_and_before_one(lethe):
    """What is started at a fixed address leaves the end of the file to a kernel."""
    raw = ["--raw", "raw@0x48000000,entry=0x48000000"]
    for options, names in (([*raw, F, *K], ["raw0", "kernel-1"]), ([*K, F, *raw], ["kernel", "raw0-1"]),
                           ([*raw, F, *raw], ["raw0", "raw0-1"])):
        bundle, _ = lethe.pack(*options)
        check_slots(bundle)
        assert bundle.names() == names
        assert [slot["flags"] for slot in bundle.slots] == [4 + 2 * name.startswith("raw")
                                                            for name in names]
        lethe.good("verify", "boot.img")
        lethe.good("inspect", "boot.img")


def test_gaps_take_no_room(lethe):
    lethe.write("large", image(9000, 64 * MIB))
    bundle, _ = lethe.pack(*K, F, "--kernel", "large")
    check_slots(bundle)
    status = (lethe.directory / "boot.img").stat()
    assert status.st_size > 64 * MIB and status.st_blocks * 512 < 4 * MIB


@pytest.mark.parametrize("pages, expected", [
    ((1, 1), 1), ((3, 3), 3), ((1, 3), 0), ((0, 1), 0), ((2, None), 2), ((None, 2), 2)])
def test_page_size_of_all(lethe, pages, expected):
    options = []
    for i, page in enumerate(pages):
        lethe.write("K%d" % i, image(flags=8 | (page or 0) << 1))
        options += [F] * (i != 0)
        options += ["--kernel", "K%d" % i] if page is not None else [
            "--raw", "raw@0x48000000,entry=0x48000000"]
    bundle, _ = lethe.pack(*options)
    assert bundle.flags >> 1 & 3 == expected


@pytest.mark.parametrize("options", [["--el", "1"], ["--console", "none"], ["--stop-after", "check"]])
def test_what_holds_for_all_slots(lethe, options):
    bundle, _ = lethe.pack(*K, *options, F, *K)
    check_slots(bundle)
    lethe.bad(2, "%s holds for all slots: give it before the first --fallback" % options[0],
              "pack", *K, F, *K, *options, *O)


def test_output_may_be_named_anywhere(lethe):
    data = []
    for options in ["-o", "a", *K, F, *K], [*K, "-o", "b", F, *K], [*K, F, "-o", "c", *K], \
            [*K, "--on-fail", "fallback", F, *K, "-o", "d"]:
        lethe.good("pack", *options)
        data.append(lethe.read(options[options.index("-o") + 1]))
    assert all(other == data[0] for other in data)


USAGE = [
    ([*K, F, *O], "after --fallback 1: nothing to start: give --kernel, or --raw with entry="),
    ([F, *K, *O], "nothing to start: give --kernel"),
    ([*K, F, *K, F, *O], "after --fallback 2: nothing to start"),
    ([*K, "--fallback=x", *O], "--fallback takes no value"),
    ([*K, F, *K, *K, *O], "--kernel is given twice"),
    ([*K, *O, F, *K, *O], "-o is given twice"),
    ([*K, F, *K, "--force-dtb", *O], "after --fallback 1: --force-dtb needs --dtb"),
    ([*K, "--dtb", "dtb", F, *K, "--force-dtb", *O], "after --fallback 1: --force-dtb needs --dtb"),
    ([*K, F, *K, "--raw", "raw@0x1000,entry=0x1000", *O],
     "after --fallback 1: --kernel and --raw with entry=: only one thing can be started"),
    ([*K, "--on-fail", "halt", F, *K, *O], "--on-fail halt: with --fallback the next one is tried"),
    ([*K, "--on-fail", "reset", F, *K, *O], "--on-fail reset: with --fallback the next one is tried"),
    ([*K, F, *K, "--on-fail", "halt", *O], "--on-fail holds for all slots"),
    ([*K, F, *K, "--on-fail", "fallback", *O], "--on-fail holds for all slots"),
    ([*K, "--on-fail", "fallback", *O], "--on-fail fallback needs --fallback"),
    ([*K, F, "--kernel", "raw", "-o", "raw"], "raw: "),
    ([*K, F, *K, "--initrd", "initrd", "-o", "initrd"], "would overwrite the input initrd"),
    ([*K, F, *K, "--raw", "raw@0xfffffffffffffff0", *O],
     'segment 1 "raw0-1": wraps around the end of the address space (LETHE_E_SEGMENT_WRAP)'),
    ([*K, F, *K, "--raw", "raw@0x48000000", "--raw", "raw@0x48000100", *O],
     'slot 1: segment 2 "raw1-1": destination overlaps another destination (LETHE_E_DEST_OVERLAP)'),
]


@pytest.mark.parametrize("args, reason", USAGE, ids=[" ".join(a)[-60:] for a, _ in USAGE])
def test_usage(lethe, args, reason):
    result = lethe.run("pack", *args)
    assert result.returncode == (3 if reason == "raw: " else 2), result
    assert reason in result.stderr.splitlines()[0], result


def test_too_many_files(lethe):
    raws = [word for i in range(57) for word in ("--raw", "raw@0x%x" % (0x48000000 + i * 0x1000))]
    slot = [*K, "--initrd", "initrd", "--dtb", "dtb"]
    bundle, _ = lethe.pack(*slot, *raws, F, *slot, *raws[:2])
    assert len(bundle.segments) == 64
    check_slots(bundle)
    lethe.good("verify", "boot.img")
    lethe.bad(2, "65 files to pack: at most 64, through all slots", "pack", *slot, *raws, F, *slot,
              *raws[:4], *O)


def test_same_destination_in_two_slots(lethe):
    bundle, _ = lethe.pack(*K, "--raw", "raw@0x48000000", F, *K, "--raw", "raw@0x48000100")
    check_slots(bundle)
    lethe.good("verify", "boot.img")


def test_every_slot_is_placed(lethe):
    """Only at addresses that suit both; and the slot that does not is named."""
    result = lethe.good("pack", *K, F, *K, "--raw", "raw@0x40200000", "-o", "boot.img")
    assert 'warning: loaded at 0x40200000' in result.stderr
    assert 'it would refuse: slot 1: segment 1 "raw0-1": ' in result.stderr
    base = json.loads(lethe.good("inspect", "--json", "boot.img").stdout)["placement"]["image_base"]
    assert base == 0x40400000
    # Slot 0's would destroy what slot 1 still needs; slot 1's may do so to slot 0's.
    at = 0x40200000 + BLOCK
    result = lethe.good("pack", *K, "--raw", "raw@%#x" % at, F, *K, "-o", "boot.img")
    assert 'slot 0: segment 0 "raw0": ' in result.stderr and "LETHE_E_DEST_SOURCE" in result.stderr
    first = Bundle(lethe.read("boot.img"))["kernel"]["source"]
    result = lethe.good("pack", *K, F, *K, "--raw", "raw@%#x" % (0x40200000 + first), "-o", "boot.img")
    assert result.stderr == ""


def test_slot_that_is_refused_everywhere(lethe):
    bundle, _ = lethe.pack(*K, F, *K)
    at = bundle.segment_at - bundle.plan_offset + 112
    lethe.write("bad.img", bundle.patched(at + 48, "<Q", 0x10000000))
    for command in ["verify"], ["inspect"], ["inspect", "--json"]:
        result = lethe.run(*command, "bad.img")
        assert result.returncode == 3
        assert 'bad.img: slot 1: segment 1 "kernel-1": ' in result.stderr, result
        assert "LETHE_E_DEST_EXTENT" in result.stderr
    found = json.loads(lethe.run("inspect", "--json", "bad.img").stdout)
    assert "placement" not in found and found["problems"][0]["index"] == 1


def test_damage_in_each_slot(lethe):
    bundle, _ = lethe.pack(*K, "--initrd", "initrd", F, *K, "--initrd", "initrd", "--append", "x")
    for i, segment in enumerate(bundle.segments):
        damage(lethe, bundle, segment["source"] + 70)
        lethe.bad(1, 'segment %d "%s": digest does not match' % (i, segment["name"]), "verify",
                  "bad.img")
    damage(lethe, bundle, bundle["kernel-1"]["source"] + bundle["kernel-1"]["mem_size"])
    lethe.bad(1, "belongs to nothing and is not zero", "verify", "bad.img")
