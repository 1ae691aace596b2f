# SPDX-License-Identifier: BSD-2-Clause
#
# Each example has its own Makefile, for readers to use; this Makefile only calls them.
# kexec-tools is not among `examples`: it fetches sources, and needs a C library for arm64.
EXAMPLES := $(O)/examples/minimal/minimal.img
LINUX_BOOT := $(O)/examples/linux-boot/linux-boot.img
.PHONY: examples
examples: $(EXAMPLES)
$(O)/examples/minimal/minimal.img: $(wildcard examples/minimal/*) $(O)/liblethe.a
	$(MAKE) -C examples/minimal CROSS_COMPILE='$(CROSS_COMPILE)' LETHE='$(abspath $(O))'
# Contains a kernel: built only for goals that need a kernel anyway.
$(LINUX_BOOT): $(wildcard examples/linux-boot/*) examples/minimal/link.ld $(O)/liblethe.a $(KERNEL) $(BUSYBOX)
	$(MAKE) -C examples/linux-boot CROSS_COMPILE='$(CROSS_COMPILE)' LETHE='$(abspath $(O))' \
		KERNEL='$(abspath $(KERNEL))' BUSYBOX='$(abspath $(BUSYBOX))'
# Likewise, in a bundle.
RESUME := $(O)/examples/resume/resume.img
$(RESUME): $(wildcard examples/resume/*) examples/minimal/link.ld examples/linux-boot/init $(O)/liblethe.a $(O)/lethe $(KERNEL) $(BUSYBOX)
	$(MAKE) -C examples/resume CROSS_COMPILE='$(CROSS_COMPILE)' LETHE='$(abspath $(O))' \
		KERNEL='$(abspath $(KERNEL))' BUSYBOX='$(abspath $(BUSYBOX))'
check-qemu check-qemu-long: examples $(LINUX_BOOT) $(RESUME)

# Of this release of Debian and of the other; test_purgatory.py starts both.
KEXEC_EXAMPLES := $(O)/examples/kexec-tools/kexec $(O)/examples/kexec-tools-other/kexec
$(O)/examples/kexec-tools/kexec: EXAMPLE_SRC = $(KEXEC_TOOLS_SRC)
$(O)/examples/kexec-tools/kexec: | $(KEXEC_TOOLS_SRC)
$(O)/examples/kexec-tools-other/kexec: EXAMPLE_SRC = $(KEXEC_TOOLS_OTHER_SRC)
$(O)/examples/kexec-tools-other/kexec: | $(KEXEC_TOOLS_OTHER_SRC)
$(KEXEC_EXAMPLES): examples/kexec-tools/Makefile $(O)/purgatory.ro $(O)/lethe
	mkdir -p $(@D)
	$(MAKE) -C examples/kexec-tools LETHE='$(abspath $(O))' SRC='$(abspath $(EXAMPLE_SRC))' OUT='$(abspath $(@D))' \
		>$(@D)/log 2>&1 || { tail -n 20 $(@D)/log >&2; exit 1; }
check-qemu-long: $(KEXEC_EXAMPLES)
