# SPDX-License-Identifier: BSD-2-Clause
#
# Each example has a Makefile of its own, as a reader would use it; this one only calls them.
# kexec-tools is not among them: it fetches sources, and needs a C library for arm64.
EXAMPLES := $(O)/examples/minimal/minimal.img
.PHONY: examples
examples: $(EXAMPLES)
$(O)/examples/minimal/minimal.img: $(wildcard examples/minimal/*) $(O)/liblethe.a
	$(MAKE) -C examples/minimal CROSS_COMPILE='$(CROSS_COMPILE)' LETHE='$(abspath $(O))'
check-qemu check-qemu-long: examples
