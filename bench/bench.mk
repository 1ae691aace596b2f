# SPDX-License-Identifier: BSD-2-Clause
PAIRS ?= 5
bench: deps-run
	$(MAKE) bench-boot
bench-boot: $(O)/lethe $(O)/arm64/lethe $(KERNEL) $(BUSYBOX)
	O='$(O)' QEMU="$$(O='$(O)' tools/deps/qemu.sh)" KERNEL='$(KERNEL)' BUSYBOX='$(BUSYBOX)' bench/boot.sh $(PAIRS)
.PHONY: bench-boot
