# SPDX-License-Identifier: BSD-2-Clause
#
# Lethe. Targets (variables in brackets):
#
#	all		lethe.img, lethe.elf, purgatory.ro, liblethe.a and the host command lethe, in $(O)
#	run		boot Debian's arm64 kernel through Lethe under QEMU	[CPU EL SMP MEM KERNEL]
#	shell		the same, and leave a shell on the console
#	check		first tier of tests; last line "N passed, N failed"
#	check-long	everything
#	audit		of the object code and the sources
#	fuzz		the parsers, N inputs				[N SEED]
#	mutants		every barrier left out, and who notices		[ONLY]
#	examples	small programs that use the library: examples/
#	bench		counted and compared figures: docs/bench.md	[PAIRS DIGEST_MIB]
#	install		bin, lib, include, pkg-config file, man page	[PREFIX DESTDIR]
#	dist		source archive
#	deps		get what all of these stand on			[DEPS=auto|print|no]
#	clean, help
#
#	make SHA=scalar	the digest never uses the SHA-2 instructions (auto: where the CPU has them)
#
# Variables: O V SHA CROSS_COMPILE NEWLIB_SRC LIBFDT_SRC QEMU KERNEL BUSYBOX CPU EL SMP MEM DEPS WERROR

O ?= build
V ?= 0
WERROR ?= 0
SHA ?= auto
PREFIX ?= /usr/local
VERSION := $(shell sed -n 's/^\#define LETHE_VERSION "\(.*\)"/\1/p' include/lethe/version.h)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
ifeq ($(V),0)
MAKEFLAGS += --no-print-directory
.SILENT:
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
# -fno-tree-switch-conversion: a table of string pointers would need relocating. x18 is the platform's.
TARGET_CFLAGS = -std=gnu11 -Os -g -ffreestanding -mgeneral-regs-only -mstrict-align -ffixed-x18 \
	-fpie -fvisibility=hidden -include src/hidden.h -fno-common -fno-stack-protector \
	-fno-asynchronous-unwind-tables -fno-tree-switch-conversion -ffunction-sections \
	-fdata-sections -fomit-frame-pointer -fno-jump-tables -mbranch-protection=none -mno-outline-atomics $(PREFIX_MAP)
include tools/deps/newlib.mk

# ---- what is made of what: FDT_OBJS is libfdt's, DOOR_SRCS go into the blob only, BOOT_SRCS into the library only ----
# An edit that fails ends the boot: ASSUME_NO_ROLLBACK, ASSUME_LIBFDT_FLAWLESS. Never ASSUME_VALID_DTB: the check
# of a whole tree (fdt_check.c) stands on libfdt's own bounds checks.
LIBFDT_CPPFLAGS := -DFDT_ASSUME_MASK=0x28
LIBFDT_FILES := fdt fdt_ro fdt_rw fdt_wip fdt_addresses
DOOR_FILES := head.S entry.S vectors.S mmu.S image.c library.c main.c check.c hop.c memory.c memory_trees.c read.c read_memory.c list.c \
	move.c digest.c describe.c publish.c cross.c rehearse.c stop.c report.c acpi.c fault.c uart.c console.c psci.c seed.c stage.c time.c
DOOR_SRCS := $(addprefix src/,$(DOOR_FILES))
BOOT_SRCS := $(wildcard src/boot*.c src/boot*.S)
# No firmware: sha256_host.c. SHA=scalar: no SHA-2 instructions.
NOT_SRCS := src/sha256_host.c $(wildcard src/purgatory*) $(if $(filter scalar,$(SHA)),src/sha256_ce.S)
LIB_SRCS := $(filter-out $(DOOR_SRCS) $(NOT_SRCS),$(wildcard src/*.c src/*.S))
LIB_OBJS := $(patsubst src/%,$(O)/src/%.o,$(LIB_SRCS)) $(LIBFDT_FILES:%=$(O)/libfdt/%.o) $(NEWLIB_OBJS)
BLOB_SRCS := $(DOOR_SRCS) $(filter-out $(BOOT_SRCS),$(LIB_SRCS))
BLOB_OBJS := $(patsubst src/%.c,$(O)/blob/%.c.o,$(filter %.c,$(BLOB_SRCS))) \
	$(patsubst src/%.S,$(O)/src/%.S.o,$(filter %.S,$(BLOB_SRCS))) \
	$(LIBFDT_FILES:%=$(O)/blob/libfdt/%.o) $(NEWLIB_OBJS)

.PHONY: all run shell check check-long audit fuzz bench install dist clean help
all: $(O)/lethe.img $(O)/purgatory.ro $(O)/liblethe.a $(O)/lethe

# Said once and first, rather than by the shell for each file.
.PHONY: toolchain
toolchain:
	command -v $(CC_TARGET) >/dev/null && command -v $(HOSTCC) >/dev/null || { \
		echo "make: no $(CC_TARGET) or no $(HOSTCC): run 'make deps', or give CROSS_COMPILE= and HOSTCC=" >&2; exit 1; }

$(O)/src/%.c.o: src/%.c Makefile | toolchain $(NEWLIB_HEADERS)
	mkdir -p $(@D)
	$(CC_TARGET) $(TARGET_CFLAGS) $(NEWLIB_CPPFLAGS) $(WARN) -Iinclude -isystem $(LIBFDT_SRC) -MMD -MP -c -o $@ $<
$(O)/src/%.S.o: src/%.S Makefile | toolchain
	mkdir -p $(@D)
	$(CC_TARGET) $(PREFIX_MAP) $(BOOT_DEFS) -g -Iinclude -MMD -MP -c -o $@ $<
$(O)/libfdt/%.o: $(LIBFDT_SRC)/%.c Makefile | $(NEWLIB_HEADERS)
	mkdir -p $(@D)
	$(CC_TARGET) $(TARGET_CFLAGS) $(NEWLIB_CPPFLAGS) -w $(LIBFDT_CPPFLAGS) \
		-isystem $(LIBFDT_SRC) -c -o $@ $<
# The blob's C, libfdt with it, is optimized as one unit (3 KB less), and reaches everything with ADR, for it is smaller
# than a megabyte. What is linked into other loaders can be neither. A prologue that is put off is paid for with
# copies of the code before it.
BLOB_CFLAGS = $(TARGET_CFLAGS) -flto -mcmodel=tiny -fno-shrink-wrap -DLETHE_BLOB
$(O)/blob/%.c.o: src/%.c Makefile | toolchain $(NEWLIB_HEADERS)
	mkdir -p $(@D)
	$(CC_TARGET) $(BLOB_CFLAGS) $(NEWLIB_CPPFLAGS) $(WARN) -Iinclude -isystem $(LIBFDT_SRC) -MMD -MP -c -o $@ $<
$(O)/blob/libfdt/%.o: $(LIBFDT_SRC)/%.c Makefile | $(NEWLIB_HEADERS)
	mkdir -p $(@D)
	$(CC_TARGET) $(BLOB_CFLAGS) $(NEWLIB_CPPFLAGS) -w $(LIBFDT_CPPFLAGS) \
		-isystem $(LIBFDT_SRC) -c -o $@ $<
# In the blob any digest may use any register; what is linked into other loaders asks (lethe/sha256.h).
$(O)/blob/sha256.c.o: TARGET_CFLAGS += -DLETHE_SHA256_SIMD=1
# A file that changes when SHA does, so that what depends on it is built again.
ifeq ($(filter auto scalar,$(SHA)),)
$(error SHA=$(SHA): auto or scalar)
endif
SHA_CHOICE := $(O)/sha-$(SHA)
$(SHA_CHOICE):
	mkdir -p $(@D)
	rm -f $(O)/sha-*
	touch $@
$(O)/src/sha256_blocks.c.o $(O)/blob/sha256_blocks.c.o: $(SHA_CHOICE)
$(O)/src/sha256_blocks.c.o $(O)/blob/sha256_blocks.c.o: TARGET_CFLAGS += $(if $(filter scalar,$(SHA)),-DLETHE_SHA_SCALAR)

$(O)/lethe.elf: linker.ld $(BLOB_OBJS)
	$(CC_TARGET) $(BLOB_CFLAGS) -nostdlib -nostartfiles -Wl,-pie,--no-dynamic-linker,-z,noexecstack \
		-Wl,-z,max-page-size=4096,--gc-sections,--orphan-handling=error,--fix-cortex-a53-843419 \
		-Wl,--build-id=none,-Map=$@.map,-T,linker.ld -o $@ $(BLOB_OBJS)
$(O)/lethe.img: $(O)/lethe.elf
	$(OBJCOPY_TARGET) -O binary $(foreach s,head text rodata data bss pool stack,-j .$(s) \
		--set-section-flags .$(s)=alloc,load,contents) $< $@
	tools/size.sh $(CROSS_COMPILE)nm $<

# The library carries the blob, as far as it is stored: lethe_boot() copies it into the workspace.
BOOT_BLOB := $(O)/lethe-boot.bin
$(BOOT_BLOB): $(O)/lethe.elf
	$(OBJCOPY_TARGET) -O binary $(foreach s,head text rodata data,-j .$(s)) $< $@
$(O)/src/boot_blob.S.o: $(BOOT_BLOB)
$(O)/src/boot_blob.S.o: BOOT_DEFS = -DBOOT_BLOB='"$(BOOT_BLOB)"'

# One object whose only globals are lethe_*: mem*, str* and libfdt inside are nobody else's business.
$(O)/liblethe.a: $(LIB_OBJS)
	$(LD_TARGET) -r -o $(O)/liblethe.o $(LIB_OBJS)
	$(OBJCOPY_TARGET) -w --keep-global-symbol='lethe_*' $(O)/liblethe.o
	rm -f $@
	$(AR_TARGET) rcsD $@ $(O)/liblethe.o

# ---- the host command, for this machine and, static, for the arm64 guest of `make run` ----
HOST_CFLAGS = -std=gnu11 -O2 $(WARN) $(PREFIX_MAP) -Iinclude -Itools/lethe -D_FILE_OFFSET_BITS=64
TOOL_SHARED := status plan plan_entries plan_slots offsets place sha256 sha256_host \
	fdt_check fdt_get fdt_read fdt_uart fdt_stdout fdt_memory
TOOL_SRCS := $(wildcard tools/lethe/*.c) $(wildcard $(TOOL_SHARED:%=src/%.c))
TOOL_DEFS = -DBLOB_PATH='"$(abspath $(O))/lethe.img"' -DPURGATORY_PATH='"$(abspath $(O))/purgatory.ro"'
TOOL_PAYLOADS := tools/lethe/blob.S tools/lethe/purgatory.S
TOOL_OBJS := $(TOOL_SRCS:%=$(O)/host/%.o) $(TOOL_PAYLOADS:%=$(O)/host/%.o)
ARM64_OBJS := $(TOOL_SRCS:%=$(O)/arm64/%.o) $(TOOL_PAYLOADS:%=$(O)/arm64/%.o) $(LIBFDT_FILES:%=$(O)/arm64/libfdt/%.o)
ARM64_CFLAGS = $(HOST_CFLAGS) -I$(ARM64_LIBS)/include -isystem $(LIBFDT_SRC)

$(O)/host/%.c.o: %.c
	mkdir -p $(@D)
	$(HOSTCC) $(HOST_CFLAGS) -MMD -MP -c -o $@ $<
$(O)/arm64/%.c.o: %.c | $(ARM64_LIBS)
	mkdir -p $(@D)
	$(ARM64_CC) $(ARM64_CFLAGS) -MMD -MP -c -o $@ $<
$(O)/arm64/libfdt/%.o: $(LIBFDT_SRC)/%.c
	mkdir -p $(@D)
	$(ARM64_CC) -O2 -w -isystem $(LIBFDT_SRC) -c -o $@ $<
$(O)/host/tools/lethe/blob.S.o $(O)/arm64/tools/lethe/blob.S.o: $(O)/lethe.img
$(O)/host/tools/lethe/purgatory.S.o $(O)/arm64/tools/lethe/purgatory.S.o: $(O)/purgatory.ro
$(O)/host/%.S.o: %.S
	mkdir -p $(@D)
	$(HOSTCC) $(TOOL_DEFS) -c -o $@ $<
$(O)/arm64/%.S.o: %.S
	mkdir -p $(@D)
	$(ARM64_CC) $(TOOL_DEFS) -c -o $@ $<
$(O)/lethe: $(TOOL_OBJS)
	$(HOSTCC) -o $@ $(TOOL_OBJS) -lfdt -lz -lzstd
$(O)/arm64/lethe: $(ARM64_OBJS)
	$(ARM64_CC) -static -s -o $@ $(ARM64_OBJS) -L$(ARM64_LIBS)/lib -lz -lzstd

# A make of its own after the fetching: it then finds the compiler and the sources (deps.mk).
run shell: deps-run
	$(MAKE) $(O)/lethe $(O)/arm64/lethe $(KERNEL) $(BUSYBOX)
	O='$(O)' QEMU="$$(O='$(O)' tools/deps/qemu.sh)" KERNEL='$(KERNEL)' BUSYBOX='$(BUSYBOX)' CPU='$(CPU)' EL='$(EL)' \
		SMP='$(SMP)' MEM='$(MEM)' tools/run/run.sh $(filter shell,$@)

# The shell script has the last word: a count, whatever happens.
CHECK_SUITES := check-unit check-tool fuzz audit check-build check-qemu check-mutants
CHECK_LONG_SUITES := check-unit check-tool-long fuzz-long audit check-build check-qemu-long mutants
check:
	O='$(O)' MAKE='$(MAKE)' test/check.sh $(CHECK_SUITES)
check-long:
	O='$(O)' MAKE='$(MAKE)' test/check.sh $(CHECK_LONG_SUITES)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/include/lethe $(DESTDIR)$(PREFIX)/lib/lethe
	install -m 755 $(O)/lethe $(DESTDIR)$(PREFIX)/bin/
	install -m 644 $(O)/liblethe.a $(DESTDIR)$(PREFIX)/lib/
	install -m 644 $(O)/lethe.img $(O)/lethe.elf $(O)/purgatory.ro $(DESTDIR)$(PREFIX)/lib/lethe/
	install -m 644 include/lethe/*.h $(DESTDIR)$(PREFIX)/include/lethe/
	install -m 644 docs/lethe.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' tools/lethe.pc.in >$(DESTDIR)$(PREFIX)/lib/pkgconfig/lethe.pc

dist:
	mkdir -p $(O)
	git archive --format=tar.gz --prefix=lethe-$(VERSION)/ -o $(O)/lethe-$(VERSION).tar.gz HEAD
clean:
	find $(O) -mindepth 1 -maxdepth 1 ! -name deps -exec rm -rf {} +
help:
	sed -n '3,/^$$/s/^# \{0,1\}//p' Makefile

include src/purgatory.mk
-include $(wildcard test/*.mk test/*/*.mk bench/*.mk examples/*.mk)
-include $(wildcard $(BLOB_OBJS:.o=.d) $(LIB_OBJS:.o=.d) $(TOOL_OBJS:.o=.d) $(ARM64_OBJS:.o=.d))
