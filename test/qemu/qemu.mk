# SPDX-License-Identifier: BSD-2-Clause
#
# Everything that boots. check-qemu is the first tier; check-qemu-long also takes the slow tests and many more
# cells. Needs lethe and what `make deps` gets. One file, one test: `make check-qemu K=name`.
K ?=
GOALS_PROGRAMS := $(O)/bench/library.img $(O)/bench/digest/lethe-purgatory.elf
QEMU_PYTEST = O='$(abspath $(O))' QEMU='$(QEMU)' KERNEL='$(abspath $(KERNEL))' \
	BUSYBOX='$(abspath $(BUSYBOX))' UBOOT='$(abspath $(UBOOT))' EDK2='$(abspath $(EDK2))' UEFI='$(abspath $(UEFI))' XEN='$(abspath $(XEN))' \
	KEXEC='$(abspath $(KEXEC))' KEXEC_OTHER='$(abspath $(KEXEC_OTHER))' CAVP='$(abspath $(CAVP))' \
	KERNELS='$(abspath $(KERNELS))' KERNELS_GENERIC='$(abspath $(KERNELS_GENERIC))' \
	KERNEL_16K='$(abspath $(KERNEL_16K))' \
	DTBS='$(abspath $(DTBS))' CROSS_COMPILE='$(CROSS_COMPILE)' \
	$(PYTEST) --junitxml=$(QEMU_TEST)/result.xml test/qemu test/cohsan

.PHONY: check-qemu check-qemu-long
check-qemu-long: $(XEN) $(KEXEC_OTHER) $(KERNELS_GENERIC) $(KERNEL_16K) $(TINY) $(TFA)
check-qemu check-qemu-long: $(O)/lethe $(O)/lethe.elf $(O)/arm64/lethe $(O)/cohsan.so $(O)/meter.so $(O)/purgatory.ro \
		$(QEMU_PROGRAMS) $(KERNEL) $(BUSYBOX) $(UBOOT) $(EDK2) $(UEFI) $(KEXEC) $(KERNELS) $(DTBS) $(CAVP) \
		$(GOALS_PROGRAMS)
	$(QEMU_PYTEST) $(if $(filter %-long,$@),--long)
