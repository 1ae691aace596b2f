# SPDX-License-Identifier: BSD-2-Clause
#
# Lethe. Targets (variables in brackets):
#
#	all		lethe.img, lethe-cpus.img (each with its .elf), purgatory.ro, liblethe.a and the host command lethe, in $(O)
#	run		boot Debian's arm64 kernel through Lethe under QEMU	[CPU EL SMP MEM KERNEL LIMIT]
#			DAMAGE=kernel, initrd or plan: one bit of it is wrong, and Lethe refuses it
#			LOADER=qemu, uboot, kexec, uefi, grub or systemd-boot: what starts the bundle
#	shell		the same, and leave a shell on the console
#	check		first tier of tests; last line "N passed, N failed"	[TIMES=1]
#	check-long	everything
#	audit		of the object code and the sources
#	size		bytes by folder and product, against each budget
#	measures	files per folder, cycles, functions, long files, words of comments
#	fuzz		the parsers, N inputs				[N SEED]
#	mutants		every barrier left out, and who notices		[ONLY]
#	examples	small programs that use the library: examples/
#	bench		counted and compared figures: docs/internals/bench.md	[PAIRS DIGEST_MIB]
#	install		bin, lib, include, pkg-config file, man page	[PREFIX DESTDIR]
#	dist		source archive
#	deps		get what all of these stand on			[DEPS=auto|print|no]
#	clean, help
#
#	make SHA=scalar	the digest never uses the SHA-2 instructions (auto: where the CPU has them)
#	make BTI=1	the library's functions have landing pads, for loaders whose code is mapped as guarded
#
# Variables: O V SHA BTI CROSS_COMPILE HOSTCC NEWLIB_SRC LIBFDT_SRC QEMU KERNEL BUSYBOX CPU EL SMP MEM
#	LIMIT DAMAGE LOADER DEPS WERROR

O ?= build
# make splits names at spaces, and the shell reads the other characters: said now, before anything is fetched.
hash := \#
REFUSED := ' " ` $$ % : ; & ( ) < > | * ? [ ] { } \ , = $(hash)
ifneq ($(strip $(words $(CURDIR)) $(foreach c,$(REFUSED),$(findstring $c,$(CURDIR)))),1)
$(error "$(CURDIR)": make cannot build in a folder whose path has a space or one of $(REFUSED): move the sources)
endif
ifneq ($(strip $(words $(O)) $(foreach c,$(REFUSED),$(findstring $c,$(O)))),1)
$(error O="$(O)": the build folder needs a path without spaces and without $(REFUSED))
endif
ifeq ($(origin CC),command line)
$(error CC=$(CC) is not used: the firmware is compiled by CROSS_COMPILE=prefix- and gcc, the host command by HOSTCC=)
endif
V ?= 0
# What judges a change takes warnings as errors; a user's build with another compiler does not.
WERROR ?= $(if $(filter check check-long,$(MAKECMDGOALS)),1,0)
export WERROR
SHA ?= auto
BTI ?= 0
ifeq ($(filter 0 1,$(BTI)),)
$(error BTI=$(BTI): 0 or 1)
endif
BTI_CFLAGS := $(if $(filter 1,$(BTI)),-mbranch-protection=bti)
PREFIX ?= /usr/local
VERSION := $(shell sed -n 's/^\#define LETHE_VERSION "\(.*\)"/\1/p' include/lethe/version.h)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDEXPANSION:
ifeq ($(V),0)
MAKEFLAGS += --no-print-directory
.SILENT:
endif
# On all cores, unless the caller says how many.
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 1)
endif

# What was fetched for one build folder serves the others.
ifneq ($(filter-out clean help,$(or $(MAKECMDGOALS),all)),)
ifeq ($(wildcard $(O)/deps),)
ifneq ($(wildcard build/deps),)
$(shell mkdir -p $(O) && ln -s $(CURDIR)/build/deps $(O)/deps)
endif
endif
endif
include tools/deps/deps.mk
CC_TARGET = $(CROSS_COMPILE)gcc
LD_TARGET = $(CROSS_COMPILE)ld
AR_TARGET = $(CROSS_COMPILE)ar
OBJCOPY_TARGET = $(CROSS_COMPILE)objcopy
HOSTCC ?= cc

# Nothing of the folder it was built in may reach a product: two builds are to be identical.
PREFIX_MAP = -ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(abspath $(O))=build \
	-ffile-prefix-map=$(O)=build -ffile-prefix-map=$(NEWLIB_SRC)=newlib -ffile-prefix-map=$(LIBFDT_SRC)=libfdt
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wvla
ifeq ($(WERROR),1)
WARN += -Werror
endif

# -mgeneral-regs-only: FP/SIMD may be trapped. -mstrict-align: with the MMU off memory is Device memory.
# -mfix-cortex-a53-835769: no 64-bit multiply-accumulate right behind a memory operation (make audit looks).
# -fno-tree-switch-conversion: a table of string pointers would need relocating. x18 is the platform's.
TARGET_CFLAGS = -std=gnu11 -Os -g -ffreestanding -mgeneral-regs-only -mstrict-align -ffixed-x18 \
	-mfix-cortex-a53-835769 \
	-fpie -fvisibility=hidden -include src/hidden.h -fno-common -fno-stack-protector \
	-fno-asynchronous-unwind-tables -fno-unwind-tables -fno-tree-switch-conversion -ffunction-sections \
	-fdata-sections -fomit-frame-pointer -fno-jump-tables -mbranch-protection=none -mno-outline-atomics $(PREFIX_MAP)
include tools/deps/newlib.mk

# ---- one rule for all compiling ----
# $(call compile,PRODUCT,COMPILER,CFLAGS,ASFLAGS,NEEDS): the objects of a product are in $(O)/obj/PRODUCT. COMPILER,
# CFLAGS and ASFLAGS are names of variables; NEEDS has to be there first. Files of libfdt get LIBFDT_CPPFLAGS too.
INCLUDES := -Iinclude -iquote src
RULES := Makefile src/products.mk
define compile
$(O)/obj/$(1)/%.c.o: %.c $(RULES) | $(5)
	mkdir -p $$(@D)
	echo '  CC      $$(patsubst $(O)/obj/%.o,%,$$@)'
	$$($(2)) $$($(3)) $$(WARN) $(INCLUDES) -MMD -MP -c -o $$@ $$<
$(O)/obj/$(1)/%.S.o: %.S $(RULES) | $(5)
	mkdir -p $$(@D)
	echo '  AS      $$(patsubst $(O)/obj/%.o,%,$$@)'
	$$($(2)) $$($(4)) -g $$(PREFIX_MAP) $(INCLUDES) -MMD -MP -c -o $$@ $$<
$(O)/obj/$(1)/libfdt/%.o: $(LIBFDT_SRC)/%.c $(RULES) | $(5)
	mkdir -p $$(@D)
	$$($(2)) $$($(3)) $$(LIBFDT_CPPFLAGS) -w -c -o $$@ $$<
-include $$(shell [ -d $(O)/obj/$(1) ] && find $(O)/obj/$(1) -name '*.d')
endef
# $(call objects,PRODUCT), $(call libfdt_objects,PRODUCT)
objects = $(patsubst %,$(O)/obj/$(1)/%.o,$(call sources,$(1)))
libfdt_objects = $(libfdt:%=$(O)/obj/$(1)/libfdt/%.o)

include src/products.mk
# libfdt reads, and stores numbers in place: ASSUME_NO_ROLLBACK, ASSUME_LIBFDT_FLAWLESS. A tree meets libfdt behind the check of
# the whole tree (fdt_check.c), which uses nothing of libfdt's: ASSUME_VALID_DTB. Without it, libfdt refuses a tree at
# 4 mod 8.
LIBFDT_CPPFLAGS = -DFDT_ASSUME_MASK=0x29 -isystem $(LIBFDT_SRC)
LIBRARY_CFLAGS = $(TARGET_CFLAGS) $(NEWLIB_CPPFLAGS) -Isrc/libfdt -isystem $(LIBFDT_SRC) -include src/fdt/aligned_cells.h
# The blob's C, libfdt with it, is optimized as one unit (3 KB less), and reaches everything with ADR, for it is smaller
# than a megabyte. What is linked into other loaders can be neither. A prologue that is put off is paid for with
# copies of the code before it.
BLOB_CFLAGS = $(LIBRARY_CFLAGS) -flto -flto-partition=one -mcmodel=tiny -fno-shrink-wrap -fno-move-loop-invariants \
	-fno-tree-loop-im -fno-schedule-insns2 -fno-guess-branch-probability -fno-tree-pta -DLETHE_BLOB
LIBRARY_OWN_CFLAGS = $(LIBRARY_CFLAGS) $(BTI_CFLAGS)
LIBRARY_ASFLAGS = $(BOOT_DEFS) $(BTI_CFLAGS)
$(eval $(call compile,library,CC_TARGET,LIBRARY_OWN_CFLAGS,LIBRARY_ASFLAGS,toolchain $(NEWLIB_HEADERS)))
$(eval $(call compile,blob,CC_TARGET,BLOB_CFLAGS,NO_DEFS,toolchain $(NEWLIB_HEADERS)))

.PHONY: all run shell check check-long audit fuzz bench install dist clean help
all: $(O)/lethe.img $(O)/lethe-cpus.img $(O)/flash.bin $(O)/efi.bin $(O)/purgatory.ro $(O)/liblethe.a $(O)/lethe

# Said once and first, rather than by the shell or a compiler for each file.
.PHONY: toolchain host-toolchain
toolchain:
	command -v $(CC_TARGET) >/dev/null || { $(NEED) --for build && \
		echo "make: no $(CC_TARGET): run 'make deps-build', or give CROSS_COMPILE=" >&2; exit 1; }
	LC_ALL=C $(CC_TARGET) -v 2>&1 | grep -q '^gcc ' || { \
		echo "make: $(CC_TARGET) is not gcc, which is what the firmware is compiled with: give CROSS_COMPILE=" >&2; exit 1; }
HOST_HEADERS := stdlib.h libfdt.h zlib.h zstd.h
host-toolchain:
	command -v $(firstword $(HOSTCC)) >/dev/null || { $(NEED) --for build && \
		echo "make: no $(HOSTCC): run 'make deps-build', or give HOSTCC=" >&2; exit 1; }
	printf '#include <%s>\n' $(HOST_HEADERS) | $(HOSTCC) -E -x c - >/dev/null 2>&1 || { $(NEED) --for build && \
		echo "make: $(HOSTCC) finds not all of $(HOST_HEADERS): run 'make deps-build'" >&2; exit 1; }

# In the blob any digest may use any register; what is linked into other loaders asks (lethe/sha256.h).
$(O)/obj/blob/src/sha256.c.o: TARGET_CFLAGS += -DLETHE_SHA256_SIMD=1
# A file that changes when SHA does, so that what depends on it is built again.
ifeq ($(filter auto scalar,$(SHA)),)
$(error SHA=$(SHA): auto or scalar)
endif
SHA_CHOICE := $(O)/sha-$(SHA)
$(SHA_CHOICE):
	mkdir -p $(@D)
	rm -f $(O)/sha-*
	touch $@
SHA_BLOCKS := $(foreach product,library blob purgatory,$(O)/obj/$(product)/src/digest/sha256_blocks.c.o)
$(SHA_BLOCKS): $(SHA_CHOICE)
$(SHA_BLOCKS): TARGET_CFLAGS += $(if $(filter scalar,$(SHA)),-DLETHE_SHA_SCALAR)

# ---- the blob ----
LINK_FLAGS := -nostdlib -nostartfiles -Wl,-pie,--no-dynamic-linker,-z,noexecstack,-z,max-page-size=4096 \
	-Wl,--gc-sections,--orphan-handling=error,--fix-cortex-a53-843419,--build-id=none
BLOB_OBJS := $(call objects,blob) $(call libfdt_objects,blob) $(NEWLIB_OBJS)
$(O)/lethe.elf: linker.ld src/sections.ld tools/seal.sh $(BLOB_OBJS)
	echo '  LINK    $@'
	$(CC_TARGET) $(BLOB_CFLAGS) $(LINK_FLAGS) -Wl,-Map=$@.map,-Lsrc,-T,linker.ld -o $@ $(BLOB_OBJS)
	tools/seal.sh '$(CROSS_COMPILE)' $@
$(O)/lethe.img: $(O)/lethe.elf
	$(OBJCOPY_TARGET) -O binary $(foreach s,head self text rodata data bss pool stack,-j .$(s) \
		--set-section-flags .$(s)=alloc,load,contents) $< $@
	tools/size.sh $(CROSS_COMPILE)nm $<

# ---- the same with hold/ instead of keep/, and the monitor: a link of its own, so that nothing resident calls what is not ----
CPUS_ASFLAGS := -DLETHE_CPUS
$(eval $(call compile,cpus,CC_TARGET,BLOB_CFLAGS,CPUS_ASFLAGS,toolchain $(NEWLIB_HEADERS)))
$(eval $(call compile,monitor,CC_TARGET,LIBRARY_CFLAGS,NO_DEFS,toolchain $(NEWLIB_HEADERS)))
MONITOR_OBJS := $(call objects,monitor) $(O)/newlib/memset.o
$(O)/obj/monitor.o: $(MONITOR_OBJS)
	$(LD_TARGET) -r --gc-sections $(foreach s,lethe_monitor lethe_monitor_vectors lethe_monitor_pen lethe_monitor_boss,-u $(s)) -e lethe_monitor_pen \
		-o $@ $(MONITOR_OBJS)
	$(OBJCOPY_TARGET) -w --keep-global-symbol='lethe_monitor*' -R .eh_frame -R .comment -R .note.GNU-stack $@
	$(OBJCOPY_TARGET) --prefix-alloc-sections=.monitor $@
	test -z "$$($(CROSS_COMPILE)nm -u $@ | grep -v 'lethe_monitor_\(start\|end\)')" || { \
		$(CROSS_COMPILE)nm -u $@; echo "make: the monitor calls what it does not contain" >&2; exit 1; }
# What both have is compiled once, but for the assembly that asks which of the two it is.
CPUS_ASKS := src/smp/worker.S src/cpu/handoff.S
CPUS_SHARED := $(filter-out $(CPUS_ASKS),$(filter $(call sources,blob),$(call sources,cpus)))
CPUS_OBJS := $(CPUS_SHARED:%=$(O)/obj/blob/%.o) $(patsubst %,$(O)/obj/cpus/%.o,$(filter-out $(CPUS_SHARED),$(call sources,cpus))) \
	$(call libfdt_objects,blob) $(O)/obj/cpus/libfdt/fdt_rw.o $(NEWLIB_OBJS) $(O)/obj/monitor.o
$(O)/lethe-cpus.elf: linker.ld src/sections.ld tools/seal.sh $(CPUS_OBJS)
	echo '  LINK    $@'
	$(CC_TARGET) $(BLOB_CFLAGS) $(LINK_FLAGS) -Wl,-Map=$@.map,-Lsrc,-T,linker.ld -o $@ $(CPUS_OBJS)
	tools/seal.sh '$(CROSS_COMPILE)' $@
$(O)/lethe-cpus.img: $(O)/lethe-cpus.elf
	$(OBJCOPY_TARGET) -O binary $(foreach s,head self text monitor rodata data bss pool stack,-j .$(s) \
		--set-section-flags .$(s)=alloc,load,contents) $< $@
	tools/size.sh $(CROSS_COMPILE)nm $<

# ---- the library: it carries the blob, as far as it is stored; lethe_boot() copies it into the workspace ----
BOOT_BLOB := $(O)/lethe-boot.bin
$(BOOT_BLOB): $(O)/lethe.elf
	$(OBJCOPY_TARGET) -O binary $(foreach s,head self text rodata data,-j .$(s)) $< $@
BOOT_BLOB_OBJ := $(O)/obj/library/src/library/boot_blob.S.o
$(BOOT_BLOB_OBJ): $(BOOT_BLOB)
$(BOOT_BLOB_OBJ): BOOT_DEFS = -DBOOT_BLOB='"$(BOOT_BLOB)"'

# The string routines for the programs of tests and bench, which link single objects.
STRING_OBJS := $(O)/obj/library/src/memmove.S.o $(NEWLIB_OBJS)

# One object whose only globals are lethe_*: mem*, str* and libfdt inside are nobody else's business.
LIBRARY_OBJS := $(call objects,library) $(call libfdt_objects,library) $(if $(BTI_CFLAGS),$(NEWLIB_BTI_OBJS),$(NEWLIB_OBJS))
BTI_CHOICE := $(O)/bti-$(BTI)
$(BTI_CHOICE):
	mkdir -p $(@D)
	rm -f $(O)/bti-*
	touch $@
$(LIBRARY_OBJS): $(BTI_CHOICE)
$(O)/liblethe.a: $(LIBRARY_OBJS)
	echo '  AR      $@'
	$(LD_TARGET) -r -o $(O)/liblethe.o $(LIBRARY_OBJS)
	$(OBJCOPY_TARGET) -w --keep-global-symbol='lethe_*' $(O)/liblethe.o
	rm -f $@
	$(AR_TARGET) rcsD $@ $(O)/liblethe.o

# ---- the host command, for this machine and, static, for the arm64 guest of `make run` ----
HOST_CFLAGS = -std=gnu11 -O2 $(PREFIX_MAP) -Itools/lethe -D_FILE_OFFSET_BITS=64
ARM64_CFLAGS = $(HOST_CFLAGS) -I$(ARM64_LIBS)/include -isystem $(LIBFDT_SRC)
TOOL_DEFS = -DBLOB_PATH='"$(abspath $(O))/lethe.img"' -DCPUS_PATH='"$(abspath $(O))/lethe-cpus.img"' -DPURGATORY_PATH='"$(abspath $(O))/purgatory.ro"' \
	-DEFI_PATH='"$(abspath $(O))/efi.bin"' -DFLASH_PATH='"$(abspath $(O))/flash.bin"' -DMACHINES_PATH='"$(abspath $(O))/machines.txt"'
# The machines of `lethe flash`, one after the other (machine_find.c). The folder is newer when one comes or goes.
MACHINES := $(sort $(wildcard tools/lethe/machines/*.machine))
$(O)/machines.txt: $(MACHINES) tools/lethe/machines
	mkdir -p $(@D)
	for m in $(MACHINES); do printf '[%s]\n' "$$(basename "$$m" .machine)"; cat "$$m"; done >$@
TOOL_SRCS := $(wildcard tools/lethe/*.c tools/lethe/*.S) $(call sources,tool)
TOOL_OBJS := $(TOOL_SRCS:%=$(O)/obj/host/%.o)
ARM64_OBJS := $(TOOL_SRCS:%=$(O)/obj/arm64/%.o) $(call libfdt_objects,arm64) $(O)/obj/arm64/libfdt/fdt_rw.o
$(eval $(call compile,host,HOSTCC,HOST_CFLAGS,TOOL_DEFS,host-toolchain))
$(eval $(call compile,arm64,ARM64_CC,ARM64_CFLAGS,TOOL_DEFS,$(ARM64_LIBS)))
$(foreach product,host arm64,$(O)/obj/$(product)/tools/lethe/blob.S.o): $(O)/lethe.img $(O)/lethe-cpus.img $(O)/flash.bin $(O)/efi.bin $(O)/machines.txt
$(foreach product,host arm64,$(O)/obj/$(product)/tools/lethe/purgatory.S.o): $(O)/purgatory.ro
$(O)/lethe: $(TOOL_OBJS)
	echo '  LINK    $@'
	$(HOSTCC) -o $@ $(TOOL_OBJS) -lfdt -lz -lzstd
$(O)/arm64/lethe: $(ARM64_OBJS)
	mkdir -p $(@D)
	$(ARM64_CC) -static -s -o $@ $(ARM64_OBJS) -L$(ARM64_LIBS)/lib -lz -lzstd

# What each LOADER of `make run` needs beside QEMU.
LOADER_uboot = $(UBOOT)
LOADER_uefi = $(EDK2)
LOADER_grub = $(EDK2) $(UEFI)
LOADER_systemd-boot = $(EDK2) $(UEFI)
LOADER_kexec = $(KEXEC)
# A make of its own after the fetching: it then finds the compiler and the sources (deps.mk).
run shell: deps-run
	$(MAKE) $(O)/lethe $(O)/arm64/lethe $(KERNEL) $(BUSYBOX) $(LOADER_$(LOADER))
	O='$(O)' QEMU="$$(O='$(O)' tools/deps/qemu.sh)" KERNEL='$(KERNEL)' BUSYBOX='$(BUSYBOX)' CPU='$(CPU)' EL='$(EL)' \
		SMP='$(SMP)' MEM='$(MEM)' LIMIT='$(LIMIT)' DAMAGE='$(DAMAGE)' LOADER='$(LOADER)' UBOOT='$(abspath $(UBOOT))' \
		EDK2='$(abspath $(EDK2))' UEFI='$(abspath $(UEFI))' KEXEC='$(abspath $(KEXEC))' tools/run/run.sh $(filter shell,$@)

# The shell script has the last word: a count, whatever happens.
CHECK_SUITES := check-unit check-tool fuzz audit check-build check-qemu check-mutants
CHECK_LONG_SUITES := check-unit check-tool-long fuzz-long audit check-build-long check-qemu-long mutants
check:
	O='$(O)' MAKE='$(MAKE)' PYTHON='$(PYTHON)' test/check.sh $(CHECK_SUITES)
check-long:
	O='$(O)' MAKE='$(MAKE)' PYTHON='$(PYTHON)' test/check.sh $(CHECK_LONG_SUITES)

# DESTDIR may hold anything; PREFIX goes into lethe.pc, whose readers split at spaces.
quote = '$(subst ','\'',$(1))'
ROOT = $(call quote,$(DESTDIR)$(PREFIX))
install: all
	test $(words $(PREFIX)) = 1 || { echo "make: PREFIX=\"$(PREFIX)\": has to be a path without spaces" >&2; exit 1; }
	install -d $(ROOT)/bin $(ROOT)/lib/pkgconfig $(ROOT)/share/man/man1 $(ROOT)/include/lethe $(ROOT)/lib/lethe/machines
	install -m 755 $(O)/lethe $(ROOT)/bin/
	install -m 644 $(O)/liblethe.a $(ROOT)/lib/
	install -m 644 $(addprefix $(O)/,lethe.img lethe.elf lethe-cpus.img lethe-cpus.elf flash.bin lethe-el3.elf efi.bin lethe-efi.elf purgatory.ro) $(ROOT)/lib/lethe/
	install -m 644 $(MACHINES) $(ROOT)/lib/lethe/machines/
	install -m 644 include/lethe/*.h $(ROOT)/include/lethe/
	install -m 644 docs/use/lethe.1 $(ROOT)/share/man/man1/
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' tools/lethe.pc.in >$(ROOT)/lib/pkgconfig/lethe.pc

dist:
	test -e .git && command -v git >/dev/null || { \
		echo "make: dist makes the archive of a commit: it needs git, and a clone rather than an unpacked archive" >&2; exit 1; }
	mkdir -p $(O)
	git archive --format=tar.gz --prefix=lethe-$(VERSION)/ -o $(O)/lethe-$(VERSION).tar.gz HEAD
clean:
	find $(O) -mindepth 1 -maxdepth 1 ! -name deps -exec rm -rf {} +
help:
	sed -n '3,/^$$/s/^# \{0,1\}//p' Makefile

include src/purgatory/purgatory.mk src/flash/flash.mk src/efi/efi.mk
include tools/qemu/plugins.mk examples/examples.mk
include test/guest/guest.mk test/test.mk test/audit/audit.mk test/unit/unit.mk test/fuzz/fuzz.mk test/qemu/qemu.mk
include bench/bench.mk
