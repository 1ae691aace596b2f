# SPDX-License-Identifier: BSD-2-Clause
#
# make bench-purgatory, a part of make bench: kexec-tools' own purgatory beside Lethe's, in Debian's kexec.
.PHONY: bench-purgatory
bench-purgatory: $(O)/meter.so $(O)/purgatory.ro $(KERNEL) $(BUSYBOX) $(KEXEC)
	$(BENCH_ENV) KEXEC='$(abspath $(KEXEC))' $(PYTHON) bench/purgatory.py
