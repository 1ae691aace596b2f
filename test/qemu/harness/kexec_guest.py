# SPDX-License-Identifier: BSD-2-Clause
"""Debian's kernel and kexec as clients: an initramfs whose /init does what the command line says.

    t.run=kexec-e           load /k/Image, and /k/initrd if there is one, with kexec, then kexec -e
    t.run=kexec-p           load them as the crash kernel, then panic
    t.run=flat              have flat load /k/Image at t.at and start it: test/guest/flat.c
    t.run=chain             kexec-e with all files of this archive as /k/initrd, t.left times
                            in turn with /k/boot.img, if that is there, and checked
    t.run=poweroff, reboot  without more ado
    t.load=-c,-l,-i         kexec's options for the load, commas for blanks (default -c,-l or -c,-p)
    t.append=a,b=c          what the second kernel gets behind console=ttyAMA0
    t.cpu=N                 which CPU panics
    t.busy=N                so many processes that never sleep, when it does
    t.show=FILE             a file to print, before anything else
    t.tree=1                its tree as it got it, in hexadecimal
    t.wait=1                wait for a line from the console between load and start
    t.rounds=N              takes CPUs 1, 2 and 3 down and up, N times

Without t.run it says who it is and sleeps; so does the second kernel's. What /init says starts with
"client: ". Nothing of Lethe's is in there unless a test puts it there; if its command is, then what
it says of the running kernel's tree comes first.
"""

import os
import stat
import struct

import paths
from images import cpio, lethe, write

KEXEC = os.environ.get("KEXEC", os.path.join(paths.O, "deps/kexec"))
KEXEC_OTHER = os.environ.get("KEXEC_OTHER", os.path.join(paths.O, "deps/kexec-other"))
MEMORY = 256        # MiB: enough for both kernels and the archive that holds the second

INIT = b"""#!/bin/busybox sh
mount -t proc proc /proc
mount -t sysfs sysfs /sys
run= load= append= cpu=0 busy=0 show= at= left= tree= wait= rounds=0
for word in $(cat /proc/cmdline); do
	case $word in
	t.run=* | t.load=* | t.append=* | t.cpu=* | t.busy=* | t.show=* | t.at=* | t.left=* | t.tree=* | t.wait=* | t.rounds=*)
		word=${word#t.}
		eval "${word%%=*}='${word#*=}'" ;;
	esac
done
blanks() { echo "$1" | tr , ' '; }
load() {
	[ ! -e /k/initrd ] || initrd=--initrd=/k/initrd
	image=/k/Image
	[ ! -e /k/boot.img ] || [ $((left % 2)) -eq 0 ] || image=/k/boot.img
	kexec $(blanks "${load:-$1}") $image $initrd --append="console=ttyAMA0 $(blanks "$append")"
	echo "client: load status=$?"
	[ -z "$wait" ] || { echo "client: waits"; read -r line; }
}
pack() {
	cd /
	{ find bin init k lib sbin who; printf '%s\\n' dev dev/console proc sys; } | cpio -o -H newc >/initrd
	mv /initrd /k/initrd
}
round() {
	for number in 1 2 3; do
		echo 0 >$cpus/cpu$number/online
		down="$down $(cat $cpus/online)"
		echo 1 >$cpus/cpu$number/online
	done
}
echo "client: cmdline=$(cat /proc/cmdline)"
cpus=/sys/devices/system/cpu
echo "client: online=$(cat $cpus/online)"
while [ "$rounds" -gt 0 ]; do
	down=
	round
	echo "client: in turn$down, online=$(cat $cpus/online)"
	rounds=$((rounds - 1))
done
[ -z "$show" ] || { echo "client: $show"; cat "$show"; }
if [ -e /proc/vmcore ]; then
	echo "client: vmcore"
	hexdump -C -n 20 /proc/vmcore
	for name in elfcorehdr usable-memory-range; do
		echo "client: $name"
		hexdump -C "/proc/device-tree/chosen/linux,$name"
	done
fi
if [ -e /bin/lethe ]; then
	echo "client: model=$(cat /proc/device-tree/model) initrd=$(cat /who)"
	# With ACPI there is no /proc/device-tree.
	[ -e /proc/device-tree ] && [ ! -e /proc/device-tree/chosen/lethe ] || lethe record
	echo "client: tree of $(wc -c </sys/firmware/fdt) bytes"
	hexdump -C -n 256 /sys/firmware/fdt
fi
[ -z "$tree" ] || { echo "client: tree"; hexdump -v -C /sys/firmware/fdt; echo "client: tree end"; }
case $run in
kexec-e) load -c,-l && kexec -e ;;
poweroff | reboot) $run -f ;;
flat) flat /k/Image "$at" && echo "client: load status=0" && kexec -e ;;
chain)
	[ "$left" -eq 0 ] || {
		rm -f /k/initrd
		pack
		append=t.run=chain,t.left=$((left - 1))
		options=-c,-l,-i
		[ ! -e /k/boot.img ] || options=-c,-l,--serial=ttyAMA0
		load $options && kexec -e
	} ;;
kexec-p)
	load -c,-p && {
		while [ "$busy" -gt 0 ]; do
			while :; do :; done &
			busy=$((busy - 1))
		done
		exec taskset -c "$cpu" sh -c 'echo c >/proc/sysrq-trigger'
	} ;;
esac
echo "client: end"
sleep 1000
"""
APPLETS = "cat cpio echo find hexdump mount mv poweroff printf reboot rm sh sleep taskset tr wc"


def entry(name, path):
    """A file of the host's, with its permissions."""
    with open(path, "rb") as file:
        return (name, 0o100000 | stat.S_IMODE(os.stat(path).st_mode), file.read(), (0, 0))


def base(init=INIT):
    """Entries of an initramfs with busybox and an /init."""
    return [*((name, 0o40755, b"", (0, 0)) for name in ("bin", "dev", "proc", "sys")),
            ("dev/console", 0o20600, b"", (5, 1)), ("dev/null", 0o20666, b"", (1, 3)),
            entry("bin/busybox", paths.BUSYBOX),
            *(("bin/" + name, 0o120777, b"busybox", (0, 0)) for name in APPLETS.split()),
            ("init", 0o100755, init, (0, 0))]


def kexec_files(binary=None, release=KEXEC):
    """Debian's kexec and its libraries; binary: the bytes of another one."""
    found = []
    assert os.path.exists(os.path.join(release, "sbin/kexec")), release
    for folder, _, names in sorted(os.walk(release)):
        inside = os.path.relpath(folder, release)
        if inside != ".":
            found.append((inside, 0o40755, b"", (0, 0)))
        found += [entry(os.path.normpath(os.path.join(inside, name)), os.path.join(folder, name))
                  for name in sorted(names)]
    if binary is None:
        return found
    return [(name, mode, binary if name == "sbin/kexec" else data, device)
            for name, mode, data, device in found]


def initramfs(path, *, kernel=paths.KERNEL, binary=None, files=(), second=()):
    """The first kernel's archive; in it, uncompressed for speed, the second's Image and archive.

    kernel: of the second kernel. binary: as for kexec_files. files: more cpio entries; second: of the second's archive.
    """
    return write(path, cpio([*base(), *kexec_files(binary), ("k", 0o40755, b"", (0, 0)),
                             entry("k/Image", kernel), ("k/initrd", 0o100644, cpio([*base(), *second]), (0, 0)),
                             *files]))


def read_kexec(release=KEXEC):
    """The bytes of Debian's kexec."""
    with open(os.path.join(release, "sbin/kexec"), "rb") as file:
        return file.read()


def grafted(path, release=KEXEC):
    """The bytes of Debian's kexec with Lethe in it, as its command writes it to a file."""
    lethe("graft", os.path.join(release, "sbin/kexec"), "-o", path)
    with open(path, "rb") as file:
        return file.read()


def purgatory_at(binary):
    """Where in kexec's bytes its purgatory lies: (offset, size). It is the only ET_REL object."""
    at = -1
    while True:
        at = binary.index(b"\x7fELF\x02\x01\x01", at + 1)
        kind, machine = struct.unpack_from("<HH", binary, at + 16)
        if (kind, machine) == (1, 183):         # ET_REL, EM_AARCH64
            sections, = struct.unpack_from("<Q", binary, at + 40)
            size, count = struct.unpack_from("<HH", binary, at + 58)
            return at, sections + size * count  # the table of sections comes last


def command_line(run, *, load=(), append=(), **more):
    """A kernel's, for /init."""
    words = ["console=ttyAMA0", "t.run=" + run]
    if load:
        words.append("t.load=" + ",".join(load))
    if append:
        words.append("t.append=" + ",".join(append))
    return " ".join(words + [f"t.{name}={value}" for name, value in more.items()])
