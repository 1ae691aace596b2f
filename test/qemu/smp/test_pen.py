# SPDX-License-Identifier: BSD-2-Clause
"""lethe pack --cpus pen: the other CPUs come out of firmware's words into Lethe's pen, help with digests, and wait for
the payload, which can give them back.

cohsan follows every CPU up to the hand-off.
"""

import struct

import pytest

import images
from images import Bundle, blob_symbol, fdtget, fdtput, pack, reservations, write
from machine import Machine
from mini_tree import mini, psci_cpus, under
from paths import KERNEL, KERNEL_16K, LOAD, MIB
from returns import expect_rounds, returns
from spin_table import SpinFirmware

TARGET, SECOND, TREE = LOAD + 2 * MIB, 0x54000000, 0x5c000000
MEMORY = 512
DEBIAN = ["--append", "console=ttyAMA0"]
WORD, SLOT = 256, 2048      # struct lethe_monitor: the first word, and from one to the next


@pytest.fixture(scope="session")
def small_kernel(tmp_path_factory):
    """Large enough that on a busy host the last CPU to come finds a chunk left."""
    return images.small_kernel(str(tmp_path_factory.mktemp("pen") / "Image"), 5 * MIB)


def symbol(name):
    return blob_symbol(name, "lethe-cpus.elf")


def pen_of(work, kernel, *options, cpus="pen"):
    return pack(work + "/boot.img", "--cpus", cpus, "--chunks", "16", *options, kernel=kernel)


def at_words(work, boot, kind="armstub", el=2, smp=4, load=(), edit=None, cpu="cortex-a72", **options):
    """A machine whose firmware holds its CPUs at words. options: of SpinFirmware, and of Machine."""
    own = {name: options.pop(name) for name in ("late", "never", "el1") if name in options}
    firmware = SpinFirmware(TARGET, TREE, kind=kind, cpus=range(1, smp), **own)
    tree = firmware.tree(work + "/spin.dtb", el=el, smp=smp, memory=MEMORY, cpu=cpu)
    if edit:
        tree = edit(tree)
    return Machine(firmware.save(work + "/firmware"), el=el, smp=smp, memory=MEMORY, cpu=cpu,
                   load=[(boot, TARGET), (tree, TREE), *load], cohsan=firmware.cohsan(), **options)


def given(machine, work):
    machine.expect("^lethe: enter")
    return write(work + "/given.dtb", machine.read_tree(machine.payload()["x0"]))


def address(tree, cpu, name):
    words = fdtget(tree, f"/cpus/cpu@{cpu}", name)
    return words and int.from_bytes(struct.pack(">2I", *(int(word) for word in words.split())), "big")


def reserved(tree):
    with open(tree, "rb") as file:
        return reservations(file.read())


def check_pen(machine, tree, base, smp=4, away=()):
    """Each CPU's node has its own word, which is 0 in memory, and the way back; both are reserved."""
    monitor = base + symbol("lethe_monitor")
    for cpu in range(smp):
        if cpu in away:
            continue
        assert fdtget(tree, f"/cpus/cpu@{cpu}", "enable-method") == "spin-table"
        word = address(tree, cpu, "cpu-release-addr")
        assert (word - monitor - WORD) % SLOT == 0
        assert address(tree, cpu, "cpu-return-addr") == base + symbol("lethe_monitor_pen")
        assert (int.from_bytes(machine.read_ram(word, 8), "little") == 0) == (cpu != 0)
    kept = [(start, start + size) for start, size in reserved(tree)]
    assert (base + symbol("lethe_monitor_start"), base + symbol("lethe_monitor_end")) in kept
    assert (monitor, base + symbol("lethe_blob_end")) in kept


def long(*values):
    return pytest.param(*values, marks=pytest.mark.long)


@pytest.mark.parametrize("kind, el, smp", [("armstub", 2, 4), ("uboot", 2, 2), ("uboot", 1, 4), long("armstub", 2, 2),
                                           long("uboot", 2, 4), long("uboot", 1, 2), long("uboot", 2, 8)])
def test_from_words(work, small_kernel, kind, el, smp):
    with at_words(work, pen_of(work, small_kernel), kind, el, smp, ram=True) as machine:
        machine.expect(rf"^lethe: kernel 5242880 sha256 ok .*, [2-{smp}] cpus$")
        check_pen(machine, given(machine, work), TARGET, smp)


@pytest.mark.parametrize("el, gic", [(1, 2), (2, 2), (2, 3)])
def test_from_psci(work, small_kernel, el, gic):
    kind = f"virt,virtualization={'on' if el == 2 else 'off'},gic-version={gic}"
    with Machine(pen_of(work, small_kernel), machine=kind, el=el, smp=4, ram=True) as machine:
        machine.expect(r"^lethe: kernel 5242880 sha256 ok .*, [2-4] cpus$")
        check_pen(machine, given(machine, work), LOAD)


def test_uncached(work, small_kernel):
    """Words and slots are stored to memory as it is."""
    bundle = Bundle(pen_of(work, small_kernel))
    bundle.plan("mode", 1)
    with at_words(work, bundle.save(work + "/uncached.img"), ram=True) as machine:
        machine.expect(r"^lethe: kernel 5242880 sha256 ok .*, 1 cpus$")
        check_pen(machine, given(machine, work), TARGET)


def test_one_comes_late(work, small_kernel):
    with at_words(work, pen_of(work, small_kernel), late={2: 500}, ram=True) as machine:
        machine.expect(r"^lethe: kernel 5242880 sha256 ok .*, [2-4] cpus$")
        check_pen(machine, given(machine, work), TARGET)


@pytest.mark.parametrize("kind", ["armstub", "uboot"])
def test_one_does_not_come(work, small_kernel, kind):
    """Its node stays as it is."""
    with at_words(work, pen_of(work, small_kernel), kind, never=[2], ram=True) as machine:
        machine.expect("^lethe: cpu@2 does not come: left as it is$", r"^lethe: kernel 5242880 sha256 ok .*, [23] cpus$")
        tree = given(machine, work)
        check_pen(machine, tree, TARGET, away=[2])
        assert address(tree, 2, "cpu-release-addr") == SpinFirmware(TARGET, TREE, kind=kind).words[2]
        assert fdtget(tree, "/cpus/cpu@2", "status") is None


def test_one_comes_at_another_level(work, small_kernel):
    """All CPUs have to enter a kernel at one level (booting.rst), so that it may not have this one."""
    with at_words(work, pen_of(work, small_kernel), "uboot", el1=[3], ram=True) as machine:
        machine.expect("^lethe: cpu@3 comes at another level: left out$", r"^lethe: kernel 5242880 sha256 ok .*, [23] cpus$")
        tree = given(machine, work)
        check_pen(machine, tree, TARGET, away=[3])
        assert fdtget(tree, "/cpus/cpu@3", "status") == "fail-lethe"


def test_the_next_slot_has_them_too(work, small_kernel):
    bundle = Bundle(pen_of(work, small_kernel, "--fallback", "--kernel", small_kernel))
    bundle.bytes[bundle.segment(0, "source") + 5] ^= 1
    with at_words(work, bundle.save(work + "/bad.img"), ram=True) as machine:
        machine.expect("^lethe: FAIL verify: ", "^lethe: fallback 1$", r"^lethe: kernel-1 5242880 sha256 ok .*, [2-4] cpus$")
        check_pen(machine, given(machine, work), TARGET)


def test_the_next_slot_may_have_another_tree(work, small_kernel):
    """With a CPU that nobody was asked for: its node stays."""
    own = SpinFirmware(TARGET, TREE).tree(work + "/own.dtb", smp=4, memory=MEMORY)
    fdtput(own, "-c", "/cpus/cpu@9")
    for name, value in (("device_type", "cpu"), ("enable-method", "psci")):
        fdtput(own, "-t", "s", "/cpus/cpu@9", name, value)
    fdtput(own, "/cpus/cpu@9", "reg", "9")
    bundle = Bundle(pen_of(work, small_kernel, "--fallback", "--kernel", small_kernel, "--dtb", own, "--force-dtb"))
    bundle.bytes[bundle.segment(0, "source") + 5] ^= 1
    with at_words(work, bundle.save(work + "/bad.img"), ram=True) as machine:
        machine.expect("^lethe: fallback 1$", r"^lethe: kernel-1 5242880 sha256 ok .*, [2-4] cpus$")
        tree = given(machine, work)
        check_pen(machine, tree, TARGET)
        assert fdtget(tree, "/cpus/cpu@9", "enable-method") == "psci"


def test_a_crash_kernel_takes_nobody(work, small_kernel):
    tree = mini(work + "/mini.dtb", cpus=psci_cpus(1, 2, 3),
                chosen="linux,usable-memory-range = <0 0x40000000 0 0x10000000>;")
    with under(work, pen_of(work, small_kernel), tree, smp=4, ram=True) as machine:
        machine.expect(r"^lethe: kernel 5242880 sha256 ok .*, 1 cpus$")
        tree = given(machine, work)
        assert fdtget(tree, "/cpus/cpu@1", "enable-method") == "psci"
        assert (LOAD + symbol("lethe_monitor_start")) not in [start for start, _ in reserved(tree)]


@pytest.mark.parametrize("kind, el", [long("armstub", 2), long("uboot", 2), ("uboot", 1)])
def test_debian(work, initrd, kind, el):
    boot = pen_of(work, KERNEL, "--initrd", initrd, *DEBIAN)
    with at_words(work, boot, kind, el) as machine:
        machine.expect(r"^lethe: kernel .*, [2-4] cpus$", f"^lethe: enter 0x[0-9a-f]+ EL{el}$",
                       "SMP: Total of 4 processors activated", rf"CPU: All CPU\(s\) started at EL{el}", "^init: end",
                       never="failed to come online")


@pytest.mark.long
@pytest.mark.parametrize("cpus, el", [("pen", 2), ("psci", 1)])
def test_pages_of_16_kib(work, initrd, cpus, el):
    """Such a kernel maps more around a word at once."""
    boot = pen_of(work, KERNEL_16K, "--initrd", initrd, *DEBIAN, cpus=cpus)
    with at_words(work, boot, "uboot", cpu="max") as machine:
        machine.expect(r"^lethe: kernel .*, [2-4] cpus$", "SMP: Total of 4 processors activated",
                       rf"CPU: All CPU\(s\) started at EL{el}", "^init: end", never="failed to come online")


WAYS = [long([], "cortex-a72", 2), (["one-by-one"], "cortex-a72", 1), long(["garbage"], "cortex-a53", 2),
        (["garbage", "vhe", "ee"], "max", 2)]


@pytest.mark.parametrize("flags, cpu, el", WAYS)
def test_given_back(work, flags, cpu, el):
    """A first system takes all CPUs and gives them back, twice."""
    with at_words(work, pen_of(work, returns(work + "/system", *flags)), "uboot", el, cpu=cpu) as machine:
        expect_rounds(machine, 3)


def test_one_goes_late(work):
    with Machine(pen_of(work, returns(work + "/system", late=(2, 700))), smp=4) as machine:
        expect_rounds(machine, 3)


@pytest.mark.parametrize("second, level", [long("keep", 2), long("pen", 2), ("psci", 1)])
def test_given_back_then_debian(work, initrd, second, level):
    """The next Lethe leaves them in that pen, or makes them its own."""
    system = returns(work + "/system", next_at=SECOND)
    boot = pack(work + "/second.img", "--cpus", second, "--initrd", initrd, *DEBIAN, kernel=KERNEL)
    with Machine(pen_of(work, system), smp=4, memory=MEMORY, load=[(boot, SECOND)],
                 cohsan={"stop": "handoff"}) as machine:
        expect_rounds(machine, 3)
        machine.expect(f"^lethe: enter 0x[0-9a-f]+ EL{level}$", "SMP: Total of 4 processors activated",
                       rf"CPU: All CPU\(s\) started at EL{level}", "^init: end", never="failed to come online")


@pytest.mark.long
@pytest.mark.parametrize("kind", ["words", "psci"])
def test_ten_in_a_row(work, kind):
    boot = pen_of(work, returns(work + "/system"))
    for _ in range(10):
        with at_words(work, boot, "uboot") if kind == "words" else Machine(boot, smp=4) as machine:
            expect_rounds(machine, 3)
