# SPDX-License-Identifier: BSD-2-Clause
"""Where things are: the files that the tests use, and the parts of QEMU's virt machine."""

import os

MIB = 1 << 20

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
O = os.environ.get("O", "build")
LETHE = os.path.join(O, "lethe")
QEMU = os.environ.get("QEMU") or "qemu-system-aarch64"
KERNEL = os.environ.get("KERNEL", os.path.join(O, "deps/kernel/Image"))
KERNELS = os.environ.get("KERNELS", os.path.join(O, "deps/kernels"))         # 6.1 and 6.12
KERNEL_16K = os.path.abspath(os.environ.get("KERNEL_16K", os.path.join(O, "deps/kernel-16k")))   # long tier
TINY = os.path.abspath(os.environ.get("TINY", os.path.join(O, "deps/tiny/Image")))  # test/guest/kernel: long tier
BUSYBOX = os.environ.get("BUSYBOX", os.path.join(O, "deps/busybox"))
UBOOT = os.environ.get("UBOOT", os.path.join(O, "deps/u-boot.bin"))
DTBS = os.environ.get("DTBS", os.path.join(O, "deps/dtbs"))
EDK2 = os.environ.get("EDK2", os.path.join(O, "deps/edk2.fd"))
UEFI = os.environ.get("UEFI", os.path.join(O, "deps/uefi"))     # Debian 12's and 13's: tools/deps/fetch_loaders.sh
XEN = os.environ.get("XEN", os.path.join(O, "deps/xen"))    # long tier
IMAGES = os.path.join(O, "test/qemu")
PAYLOAD = os.path.join(IMAGES, "payload-virt.img")

RAM_BASE = 0x40000000           # of QEMU's virt machine
LOAD = RAM_BASE + 2 * MIB       # where its -kernel puts an Image with text_offset 0
VIRT_UART = 0x09000000
