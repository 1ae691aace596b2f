# SPDX-License-Identifier: BSD-2-Clause
#
# Everything that boots. check-qemu is the first tier; check-qemu-long also takes the full product of boot
# cells. Needs lethe and what `make deps` gets. One file, one test: `make check-qemu K=name`.

QEMU_TEST := $(O)/test/qemu
QEMU_IMAGES := $(QEMU_TEST)/payload-virt.img $(QEMU_TEST)/payload-evb.img $(QEMU_TEST)/hostile.img
K ?=
# Flat, from 0; RX and R parts apart only so that the linker has nothing to warn of.
QEMU_LDFLAGS = -Wl,-Ttext=0,-e,start,-z,max-page-size=4096,--build-id=none
# xdist where it is there; the tests do not know.
QEMU_JOBS = $(shell $(PYTHON) -c 'import xdist' 2>/dev/null && printf %s '-n 2 --dist load')
QEMU_PYTEST = O='$(abspath $(O))' QEMU='$(QEMU)' KERNEL='$(abspath $(KERNEL))' \
	BUSYBOX='$(abspath $(BUSYBOX))' UBOOT='$(abspath $(UBOOT))' EDK2='$(abspath $(EDK2))' \
	KEXEC='$(abspath $(KEXEC))' KEXEC_OTHER='$(abspath $(KEXEC_OTHER))' CAVP='$(abspath $(CAVP))' \
	KERNELS='$(abspath $(KERNELS))' KERNELS_GENERIC='$(abspath $(KERNELS_GENERIC))' \
	PYTHONDONTWRITEBYTECODE=1 \
	$(PYTHON) -m pytest -q -p no:cacheprovider $(QEMU_JOBS) $(if $(K),-k '$(K)') \
	--junitxml=$(QEMU_TEST)/result.xml test/qemu

.PHONY: check-qemu check-qemu-long
check-qemu-long: $(KEXEC_OTHER)
check-qemu check-qemu-long: $(O)/lethe $(O)/lethe.elf $(O)/cohsan.so $(QEMU_IMAGES) $(KERNEL) \
		$(BUSYBOX) $(UBOOT) $(EDK2) $(KEXEC) $(KERNELS) $(O)/purgatory.ro $(O)/meter.so
	$(QEMU_PYTEST) $(if $(filter %-long,$@),--long)
check-qemu-long: $(KERNELS_GENERIC)

$(QEMU_TEST)/payload-virt.img: QEMU_DEFS = -DUART_PL011=0x09000000
$(QEMU_TEST)/payload-evb.img: QEMU_DEFS = -DUART_NS16550=0xf0000000
$(QEMU_TEST)/payload-%.img: test/qemu/payload.S
	mkdir -p $(@D)
	$(CC_TARGET) $(QEMU_DEFS) -nostdlib -static $(QEMU_LDFLAGS) -o $(@:.img=.elf) $<
	$(OBJCOPY_TARGET) -O binary $(@:.img=.elf) $@
$(QEMU_TEST)/hostile.img: test/qemu/hostile.S
	mkdir -p $(@D)
	$(CC_TARGET) -nostdlib -static $(QEMU_LDFLAGS) -o $(@:.img=.elf) $<
	$(OBJCOPY_TARGET) -O binary $(@:.img=.elf) $@
