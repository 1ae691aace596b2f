# SPDX-License-Identifier: BSD-2-Clause
#
# make audit: what must hold for the object code and the sources. make measures, make size: what is counted there.
#
# The graph of files is read from objects. Those of blobs and purgatory are compiled once more, without -flto, whose
# objects have no symbols that nm could tell apart. The library's, the monitor's and the host command's own
# objects do. What holds CPUs stands on the monitor, so that those two are one graph.
GRAPH_BLOB_CFLAGS = $(filter-out -flto,$(BLOB_CFLAGS))
GRAPH_PURGATORY_CFLAGS = $(filter-out -flto,$(PURGATORY_CFLAGS))
$(eval $(call compile,graph-blob,CC_TARGET,GRAPH_BLOB_CFLAGS,NO_DEFS,toolchain $(NEWLIB_HEADERS)))
$(eval $(call compile,graph-cpus,CC_TARGET,GRAPH_BLOB_CFLAGS,CPUS_ASFLAGS,toolchain $(NEWLIB_HEADERS)))
$(eval $(call compile,graph-flash,CC_TARGET,GRAPH_BLOB_CFLAGS,NO_DEFS,toolchain $(NEWLIB_HEADERS)))
GRAPH_EFI_CFLAGS = $(filter-out -flto,$(EFI_CFLAGS))
$(eval $(call compile,graph-efi,CC_TARGET,GRAPH_EFI_CFLAGS,NO_DEFS,toolchain $(NEWLIB_HEADERS)))
$(eval $(call compile,graph-purgatory,CC_TARGET,GRAPH_PURGATORY_CFLAGS,PURGATORY_ASFLAGS,toolchain $(NEWLIB_HEADERS)))
graph_objects = $(patsubst %,$(O)/obj/graph-$(1)/%.o,$(call sources,$(1)))
GRAPH_CPUS := $(call graph_objects,cpus) $(call objects,monitor)
GRAPH_OBJS := $(call graph_objects,blob) $(GRAPH_CPUS) $(call graph_objects,purgatory) $(call graph_objects,flash) $(call graph_objects,efi) $(call objects,library) \
	$(TOOL_OBJS)
AUDIT_ENV = O='$(O)' CROSS_COMPILE='$(CROSS_COMPILE)' GRAPH_BLOB='$(call graph_objects,blob)' \
	GRAPH_CPUS='$(GRAPH_CPUS)' GRAPH_MONITOR='$(call objects,monitor)' \
	GRAPH_PURGATORY='$(call graph_objects,purgatory)' GRAPH_FLASH='$(call graph_objects,flash)' GRAPH_EFI='$(call graph_objects,efi)' \
	GRAPH_LIBRARY='$(call objects,library)' GRAPH_TOOL='$(TOOL_OBJS)'

audit: $(O)/lethe.elf $(O)/lethe-cpus.elf $(O)/flash.bin $(O)/efi.bin $(O)/purgatory.ro $(O)/liblethe.a examples $(GRAPH_OBJS)
	$(AUDIT_ENV) $(TEST_PYTHON) test/audit/audit.py

.PHONY: measures
measures: $(GRAPH_OBJS)
	$(AUDIT_ENV) $(TEST_PYTHON) test/audit/measures.py

.PHONY: size
size: $(O)/lethe.elf $(O)/lethe-cpus.elf $(O)/purgatory.ro $(O)/liblethe.a
	CROSS_COMPILE='$(CROSS_COMPILE)' $(PYTHON) tools/size.py $(O)/lethe.elf $(O)/lethe-cpus.elf $(O)/purgatory.elf $(O)/purgatory.ro $(O)/liblethe.a $(LIBRARY_OBJS)
