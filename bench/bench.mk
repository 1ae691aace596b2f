# SPDX-License-Identifier: BSD-2-Clause
#
# make bench: all of docs/internals/bench.md, into $(O)/bench.json, and two charts. The parts: bench-goals (goals.mk),
# bench-digest, bench-road, bench-console, bench-relocate (relocate.mk), bench-library (library.mk), bench-list (list.mk),
# bench-memory (memory.mk), bench-flash (flash.mk), bench-purgatory (purgatory.mk), bench-model (model.mk), bench-boot, bench-uefi and
# bench-judge.
# DIGEST_MIB: sizes of the message; PAIRS: how often a boot is timed;
# CHARTS: where bench-charts draws.
PAIRS ?= 5
DIGEST_MIB ?= 1 64
CHARTS ?= $(O)/bench

BENCH_ENV = O='$(abspath $(O))' QEMU='$(QEMU)' KERNEL='$(abspath $(KERNEL))' \
	BUSYBOX='$(abspath $(BUSYBOX))' CC_TARGET='$(CC_TARGET)' CROSS_COMPILE='$(CROSS_COMPILE)' PYTHON='$(PYTHON)' \
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=test/qemu/harness:bench

# With quiet cores: it is a clock that counts.
.PHONY: bench-uefi
bench-uefi: $(O)/lethe $(KERNEL) $(EDK2)
	$(BENCH_ENV) EDK2='$(abspath $(EDK2))' $(PYTHON) bench/firmware.py $(PAIRS)

.PHONY: bench-digest bench-road bench-console bench-boot bench-judge bench-charts
bench: deps-bench
	rm -f $(O)/bench.json
	for part in goals digest road console relocate library list memory flash purgatory model boot uefi judge charts; do \
		$(MAKE) bench-$$part || exit 1; done

include $(addprefix bench/,digest/digests.mk flash.mk goals.mk library.mk list.mk memory.mk model.mk purgatory.mk relocate.mk)
bench-digest: $(O)/meter.so $(DIGESTS:%=$(O)/bench/digest/%.elf)
	$(BENCH_ENV) $(PYTHON) bench/digest.py $(DIGEST_MIB) -- $(DIGESTS)
bench-road: $(O)/meter.so $(O)/lethe $(O)/lethe.elf $(O)/arm64/lethe $(KERNEL) $(BUSYBOX) \
		$(O)/test/qemu/payload-virt.img $(O)/bench/digest/kexec-tools.elf
	$(BENCH_ENV) $(PYTHON) bench/sequence.py
bench-console: $(O)/meter.so $(O)/lethe $(O)/arm64/lethe $(KERNEL) $(BUSYBOX) $(O)/test/qemu/slow-uart.img
	mkdir -p $(O)/bench
	$(BENCH_ENV) $(PYTHON) bench/console_wait.py
bench-boot: $(O)/lethe $(O)/arm64/lethe $(KERNEL) $(BUSYBOX)
	$(BENCH_ENV) bench/boot.sh $(PAIRS)
bench-judge: $(O)/cohsan.so $(O)/lethe $(O)/lethe.elf $(KERNEL) $(BUSYBOX)
	$(BENCH_ENV) $(PYTHON) bench/cohsan_cost.py $(PAIRS)
# `make bench-charts CHARTS=docs/internals`: the last run's figures, for the documentation.
bench-charts:
	$(BENCH_ENV) $(PYTHON) bench/charts.py '$(CHARTS)'
