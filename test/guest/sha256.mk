# SPDX-License-Identifier: BSD-2-Clause
#
# What test/qemu/test_sha256.py runs: the library's own objects behind a program that calls them, the same
# as SHA=scalar has it, and the same with purgatory.ro's block functions.
SHA256_PROGRAM := $(O)/test/qemu/sha256.img
SHA256_SCALAR := $(O)/test/qemu/sha256-scalar.img
SHA256_PURGATORY := $(O)/test/qemu/sha256-purgatory.img
SHA256_OWN := $(addprefix $(O)/test/qemu/sha256/,program.S.o jobs.c.o)
SHA256_SHARED := $(O)/src/sha256.c.o $(NEWLIB_OBJS)
check-qemu check-qemu-long: $(SHA256_PROGRAM) $(SHA256_SCALAR) $(SHA256_PURGATORY) $(CAVP)

$(O)/test/qemu/sha256/%.o: test/qemu/sha256/% test/qemu/sha256/jobs.h
	mkdir -p $(@D)
	$(CC_TARGET) $(TARGET_CFLAGS) $(NEWLIB_CPPFLAGS) $(WARN) -Iinclude -c -o $@ $<
$(O)/test/qemu/sha256/blocks-scalar.o: src/sha256_blocks.c src/sha256_blocks.h
	mkdir -p $(@D)
	$(CC_TARGET) $(TARGET_CFLAGS) $(NEWLIB_CPPFLAGS) $(WARN) -Iinclude -DLETHE_SHA_SCALAR -c -o $@ $<
$(SHA256_PROGRAM): $(SHA256_OWN) $(SHA256_SHARED) $(O)/src/sha256_blocks.c.o $(O)/src/sha256_scalar.S.o \
		$(patsubst src/%,$(O)/src/%.o,$(filter src/sha256_ce.S,$(LIB_SRCS)))
$(SHA256_SCALAR): $(SHA256_OWN) $(SHA256_SHARED) $(O)/src/sha256_scalar.S.o $(O)/test/qemu/sha256/blocks-scalar.o
$(SHA256_PURGATORY): $(SHA256_OWN) $(SHA256_SHARED) $(O)/src/sha256_blocks.c.o \
		$(addprefix $(PURGATORY)/,sha256_scalar.S.o sha256_ce.S.o)
$(SHA256_PROGRAM) $(SHA256_SCALAR) $(SHA256_PURGATORY):
	$(CC_TARGET) -nostdlib -static $(QEMU_LDFLAGS) -Wl,--gc-sections -o $(@:.img=.elf) $^
	$(OBJCOPY_TARGET) -O binary $(@:.img=.elf) $@
