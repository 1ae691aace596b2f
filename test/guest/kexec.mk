# SPDX-License-Identifier: BSD-2-Clause
#
# What test_kexec.py puts into the guest: a caller of kexec_load(2), and the command for `lethe record`.
KEXEC_FLAT := $(O)/test/qemu/kexec/flat
check-qemu check-qemu-long: $(KEXEC_FLAT) $(O)/arm64/lethe
$(KEXEC_FLAT): test/qemu/kexec/flat.c
	mkdir -p $(@D)
	$(ARM64_CC) -std=gnu11 -O2 $(WARN) -static -s -o $@ $<
