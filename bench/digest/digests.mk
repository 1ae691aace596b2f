# SPDX-License-Identifier: BSD-2-Clause
#
# The digests to compare, a line for each:
# $(call digest,NAME,INTERFACE,OBJECTS[,FLAGS]), where INTERFACE.c in this folder calls the digest.
DIGESTS :=
define digest
DIGESTS += $(1)
$(O)/bench/digest/$(1).elf: bench/digest/$(2).c $(3) $(DIGEST_FRAME)
	mkdir -p $$(@D)
	$$(CC_TARGET) $$(DIGEST_CFLAGS) $(4) -o $$@ $(filter %.c %.S,$(DIGEST_FRAME)) \
		bench/digest/$(2).c $(3)
endef
DIGEST_FRAME := $(addprefix bench/digest/,start.S print.c digest.h digest.ld)
DIGEST_CFLAGS = -std=gnu11 -O2 -ffreestanding -fno-pie -fno-builtin -fno-stack-protector \
	-mstrict-align -mgeneral-regs-only -nostdlib -static $(PREFIX_MAP) $(WARN) \
	-Wl,-T,bench/digest/digest.ld,--build-id=none,-z,max-page-size=4096,-z,noexecstack

# kexec-tools' digest as its own makefile builds it (-Os, and behind it -O2), with its memcpy.
KEXEC_BUILD := $(O)/bench/kexec
KEXEC_OBJS := $(KEXEC_BUILD)/purgatory/sha256.o $(KEXEC_BUILD)/purgatory/string.o
# OpenSSL's assembly has three ways; a word chooses: NEON is bit 0, the SHA-2 instructions bit 4.
OPENSSL_ASM := $(O)/bench/openssl/sha256-armv8.S

# Lethe's two digests: the same objects, with the block function that the caller allows. The purgatory's are shorter.
LETHE_DIGEST := $(patsubst %,$(O)/obj/library/%.o,$(call sources,sha256)) $(STRING_OBJS)
LETHE_DIGEST_SMALL := $(patsubst %.c,$(O)/obj/library/%.c.o,$(patsubst %.S,$(PURGATORY)/%.S.o,\
	$(call sources,sha256_small))) $(STRING_OBJS)

$(eval $(call digest,lethe-scalar,lethe,$(LETHE_DIGEST),-Iinclude -DINIT=lethe_sha256_init))
$(eval $(call digest,lethe-purgatory,lethe,$(LETHE_DIGEST_SMALL),-Iinclude -DINIT=lethe_sha256_init))
ifneq ($(SHA),scalar)
$(eval $(call digest,lethe-ce,lethe,$(LETHE_DIGEST),-Iinclude -DINIT=lethe_sha256_init_simd))
$(eval $(call digest,lethe-ce-copy,lethe_copy,$(LETHE_DIGEST),-Iinclude))
endif
$(eval $(call digest,kexec-tools,kexec,$(KEXEC_OBJS),-I$(KEXEC_SRC)/util_lib/include))
$(eval $(call digest,openssl,openssl,$(OPENSSL_ASM),-I$(OPENSSL_SRC)/crypto -DCAPABILITIES=0))
$(eval $(call digest,openssl-neon,openssl,$(OPENSSL_ASM),-I$(OPENSSL_SRC)/crypto -DCAPABILITIES=1))
$(eval $(call digest,openssl-sha2,openssl,$(OPENSSL_ASM),-I$(OPENSSL_SRC)/crypto -DCAPABILITIES=16))

$(firstword $(KEXEC_OBJS)): $(KEXEC_SRC)/util_lib/sha256.c bench/digest/kexec.mk
	mkdir -p $(KEXEC_BUILD)
	$(MAKE) -s -C $(KEXEC_BUILD) -f $(abspath bench/digest/kexec.mk) CC='$(CC_TARGET) -w' \
		srcdir='$(abspath $(KEXEC_SRC))'
$(lastword $(KEXEC_OBJS)): $(firstword $(KEXEC_OBJS))
$(OPENSSL_ASM): $(OPENSSL_SRC)/crypto/sha/asm/sha512-armv8.pl
	mkdir -p $(@D)
	perl $< linux64 $@
