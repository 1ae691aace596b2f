# SPDX-License-Identifier: BSD-2-Clause
#
# The two plugins for QEMU's TCG: cohsan checks cache coherence (docs/internals/cohsan.md), meter counts
# (docs/internals/bench.md). The plugins need only a C library; QEMU resolves its own functions and GLib's.
PLUGIN_CFLAGS = -std=gnu11 -O2 $(WARN) $(PREFIX_MAP) -fPIC -shared -fvisibility=hidden -iquote tools/qemu

all: $(O)/cohsan.so
$(O)/cohsan.so: PLUGIN_CFLAGS += -flto -g -pthread
$(O)/cohsan.so $(O)/meter.so: $(O)/%.so: $$(wildcard tools/qemu/$$*/*.[ch]) tools/qemu/qemu_plugin.h
	mkdir -p $(@D)
	echo '  CC      $@'
	$(HOSTCC) $(PLUGIN_CFLAGS) -o $@ $(filter %.c,$^)
