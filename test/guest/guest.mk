# SPDX-License-Identifier: BSD-2-Clause
#
# The programs that the tests boot. QEMU_PROGRAMS: the programs for check-qemu.
QEMU_TEST := $(O)/test/qemu
# Flat, from 0; RX and R parts are separate only to avoid linker warnings.
QEMU_LDFLAGS = -Wl,-Ttext=0,-e,start,-z,max-page-size=4096,--build-id=none
LINKED_LDFLAGS = -nostdlib -static -Wl,--build-id=none,-z,noexecstack,--no-warn-rwx-segments
GUEST_CFLAGS = -std=gnu11 -O2 $(WARN) -ffreestanding -fno-pie -fno-stack-protector -mstrict-align \
	-mgeneral-regs-only -Iinclude
QEMU_PROGRAMS := $(addprefix $(QEMU_TEST)/,payload-virt.img payload-evb.img payload-sbsa.img payload-pi3.img \
	payload-pi4.img payload-zcu102.img hostile.img relocate.img kimage.img memmove.img \
	sha256.img sha256-scalar.img sha256-purgatory.img library.img hyp.img hyp-high.img el2-stub.img slow-uart.img meter.img \
	trapped.img old-firmware.img spin-firmware.img turns.img returns.img psci-calls.img traps.img high.img flat)

# $(call flat,NAME,FILES): a program that begins with the first file, at 0.
define flat
$(QEMU_TEST)/$(1).img: $(2)
	mkdir -p $$(@D)
	$$(CC_TARGET) $$(GUEST_DEFS) -nostdlib -static $$(QEMU_LDFLAGS) -Wl,--gc-sections -o $$(@:.img=.elf) $$^
	$$(OBJCOPY_TARGET) -O binary $$(@:.img=.elf) $$@
endef
LIBRARY_OBJ := $(O)/obj/library/src
SHA256_OWN := $(addprefix $(O)/obj/guest/test/guest/sha256/,program.S.o jobs.c.o)
MEMMOVE_OWN := $(addprefix $(O)/obj/guest/test/guest/memmove/,program.S.o cases.c.o)
SHA256_SHARED := $(SHA256_OWN) $(LIBRARY_OBJ)/sha256.c.o $(STRING_OBJS)
SHA256_BLOCKS := $(LIBRARY_OBJ)/digest/sha256_blocks.c.o
$(eval $(call flat,payload-virt,test/guest/payload.S))
$(eval $(call flat,payload-evb,test/guest/payload.S))
$(eval $(call flat,payload-sbsa,test/guest/payload.S))
$(eval $(call flat,payload-pi3,test/guest/payload.S))
$(eval $(call flat,payload-pi4,test/guest/payload.S))
$(eval $(call flat,payload-zcu102,test/guest/payload.S))
$(eval $(call flat,hostile,test/guest/hostile.S))
$(eval $(call flat,trapped,test/guest/trapped.S))
$(eval $(call flat,old-firmware,test/guest/old_firmware.S))
$(eval $(call flat,spin-firmware,test/guest/spin_firmware.S))
$(eval $(call flat,turns,test/guest/turns.S))
$(eval $(call flat,meter,test/guest/meter/program.S))
$(eval $(call flat,relocate,test/guest/relocate/program.S $(LIBRARY_OBJ)/relocate.S.o))
$(eval $(call flat,kimage,test/guest/kimage/program.S $(LIBRARY_OBJ)/plan/kimage.c.o $(LIBRARY_OBJ)/plan/status.c.o $(STRING_OBJS)))
$(eval $(call flat,memmove,$(MEMMOVE_OWN) $(STRING_OBJS)))
# The library's objects, the same for SHA=scalar, and the same with purgatory.ro's block functions.
$(eval $(call flat,sha256,$(SHA256_SHARED) $(SHA256_BLOCKS) \
	$(patsubst %,$(O)/obj/library/src/%.o,$(filter digest/%.S,$(sha256)))))
$(eval $(call flat,sha256-scalar,$(SHA256_SHARED) $(addprefix $(LIBRARY_OBJ)/digest/,sha256_constants.S.o sha256_scalar.S.o) \
	$(O)/obj/scalar/src/digest/sha256_blocks.c.o))
$(eval $(call flat,sha256-purgatory,$(SHA256_SHARED) $(SHA256_BLOCKS) \
	$(patsubst %,$(O)/obj/purgatory/src/%.o,$(filter digest/%.S,$(sha256_small)))))
# No code of the program names the routine: the test supplies the address.
$(QEMU_TEST)/relocate.img: GUEST_DEFS = -Wl,-u,lethe_relocate
$(QEMU_TEST)/payload-virt.img: GUEST_DEFS = -DUART_PL011=0x09000000
$(QEMU_TEST)/payload-evb.img: GUEST_DEFS = -DUART_NS16550=0xf0000000
$(QEMU_TEST)/payload-sbsa.img: GUEST_DEFS = -DUART_PL011=0x60000000
$(QEMU_TEST)/payload-pi3.img: GUEST_DEFS = -DUART_PL011=0x3f201000
$(QEMU_TEST)/payload-pi4.img: GUEST_DEFS = -DUART_PL011=0xfe201000
$(QEMU_TEST)/payload-zcu102.img: GUEST_DEFS = -DUART_CADENCE=0xff000000
SCALAR_CFLAGS = $(LIBRARY_CFLAGS) -DLETHE_SHA_SCALAR
$(eval $(call compile,guest,CC_TARGET,LIBRARY_CFLAGS,NO_DEFS,toolchain $(NEWLIB_HEADERS)))
$(eval $(call compile,scalar,CC_TARGET,SCALAR_CFLAGS,NO_DEFS,toolchain $(NEWLIB_HEADERS)))

# A caller of the library door; and one above a hyp stub, at an Image's place and high in RAM, where a kernel that is
# still present jumps to it (test_kvm.py).
$(QEMU_TEST)/library.img: test/guest/library/program.S $(addprefix test/guest/library/,report.S link.ld) $(O)/liblethe.a
	mkdir -p $(@D)
	$(CC_TARGET) $(LINKED_LDFLAGS) -T test/guest/library/link.ld -o $(@:.img=.elf) $< $(O)/liblethe.a
	$(OBJCOPY_TARGET) -O binary $(@:.img=.elf) $@
HYP_SRCS := $(addprefix test/guest/hyp/,start.S stub.S main.c)
$(QEMU_TEST)/hyp.img: HYP_BASE = 0x40200000
$(QEMU_TEST)/hyp-high.img: HYP_BASE = 0x4c000000
$(QEMU_TEST)/hyp.img $(QEMU_TEST)/hyp-high.img: $(HYP_SRCS) $(addprefix test/guest/hyp/,program.h link.ld) $(O)/liblethe.a
	mkdir -p $(@D)
	$(CC_TARGET) $(GUEST_CFLAGS) $(LINKED_LDFLAGS) -Wl,--defsym,BASE=$(HYP_BASE) -T test/guest/hyp/link.ld \
		-o $(@:.img=.elf) $(HYP_SRCS) $(O)/liblethe.a
	$(OBJCOPY_TARGET) -O binary $(@:.img=.elf) $@
# The library's hyp stub, and EL1 code that makes every call of it.
EL2_STUB_SRCS := $(addprefix test/guest/el2_stub/,start.S calls.S main.c)
$(QEMU_TEST)/el2-stub.img: $(EL2_STUB_SRCS) test/guest/el2_stub/program.h test/guest/hyp/link.ld $(O)/liblethe.a
	mkdir -p $(@D)
	$(CC_TARGET) $(GUEST_CFLAGS) $(LINKED_LDFLAGS) -Wl,--defsym,BASE=0x40200000,--defsym,page=0x41000000 \
		-T test/guest/hyp/link.ld -o $(@:.img=.elf) $(EL2_STUB_SRCS) $(O)/liblethe.a
	$(OBJCOPY_TARGET) -O binary $(@:.img=.elf) $@
# A hypervisor that is a slow UART, for a bundle as its guest (test_slow_uart.py, bench/console_wait.py).
SLOW_UART_SRCS := $(addprefix test/guest/slow_uart/,start.S main.c)
$(QEMU_TEST)/slow-uart.img: $(SLOW_UART_SRCS) $(addprefix test/guest/slow_uart/,program.h link.ld)
	mkdir -p $(@D)
	$(CC_TARGET) $(GUEST_CFLAGS) $(LINKED_LDFLAGS) -T test/guest/slow_uart/link.ld -o $(@:.img=.elf) $(SLOW_UART_SRCS)
	$(OBJCOPY_TARGET) -O binary $(@:.img=.elf) $@
# A first operating system that gives the other CPUs back (test_returns.py).
RETURNS_SRCS := $(addprefix test/guest/returns/,start.S worker.S main.c worker.c tree.c)
$(QEMU_TEST)/returns.img: $(RETURNS_SRCS) $(addprefix test/guest/returns/,program.h link.ld)
	mkdir -p $(@D)
	$(CC_TARGET) $(GUEST_CFLAGS) $(LINKED_LDFLAGS) -T test/guest/returns/link.ld -o $(@:.img=.elf) $(RETURNS_SRCS)
	$(OBJCOPY_TARGET) -O binary $(@:.img=.elf) $@
# A caller of each function of PSCI (test_calls.py).
PSCI_CALLS_SRCS := $(addprefix test/guest/psci_calls/,start.S call.S main.c others.c cpus.c suspend.c el3.c report.c)
$(QEMU_TEST)/psci-calls.img: $(PSCI_CALLS_SRCS) $(addprefix test/guest/psci_calls/,program.h link.ld)
	mkdir -p $(@D)
	$(CC_TARGET) $(GUEST_CFLAGS) $(LINKED_LDFLAGS) -T test/guest/psci_calls/link.ld -o $(@:.img=.elf) $(PSCI_CALLS_SRCS)
	$(OBJCOPY_TARGET) -O binary $(@:.img=.elf) $@
# All that EL3 can trap.
TRAPS_SRCS := $(addprefix test/guest/traps/,start.S access.S main.c)
$(QEMU_TEST)/traps.img: $(TRAPS_SRCS) $(addprefix test/guest/traps/,program.h link.ld)
	mkdir -p $(@D)
	$(CC_TARGET) $(GUEST_CFLAGS) $(LINKED_LDFLAGS) -T test/guest/traps/link.ld -o $(@:.img=.elf) $(TRAPS_SRCS)
	$(OBJCOPY_TARGET) -O binary $(@:.img=.elf) $@
# A loader that is not mapped where it lies, of littlekernel's shape.
$(QEMU_TEST)/high.img: test/guest/high/start.S test/guest/high/main.c test/guest/high/link.ld $(QEMU_TEST)/payload-virt.img $(O)/liblethe.a
	mkdir -p $(@D)
	$(CC_TARGET) $(GUEST_CFLAGS) $(LINKED_LDFLAGS) -DKERNEL='"$(QEMU_TEST)/payload-virt.img"' -T test/guest/high/link.ld -o $(@:.img=.elf) \
		test/guest/high/start.S test/guest/high/main.c $(O)/liblethe.a
	$(OBJCOPY_TARGET) -O binary $(@:.img=.elf) $@
# A caller of kexec_load(2), in the guest.
$(QEMU_TEST)/flat: test/guest/flat.c
	mkdir -p $(@D)
	$(ARM64_CC) -std=gnu11 -O2 $(WARN) -static -s -o $@ $<

# A small kernel with two features that Debian's lacks: kexec_file_load(2) and a short boot. Debian's source, 140 MB and
# some minutes of building, once: check-qemu-long alone needs it.
TINY ?= $(O)/deps/tiny/Image
export TINY
TINY_FOLDER := test/guest/kernel
TINY_PARTS := $(wildcard $(TINY_FOLDER)/*.c)
$(O)/deps/tiny/Image: $(TINY_FOLDER)/tiny.config $(TINY_FOLDER)/build.sh $(TINY_PARTS)
	$(DEPS_ENV) $(DEPS_DIR)/deps.sh --for long
	$(TINY_FOLDER)/build.sh '$@' '$(LINUX_SRC)' $< '$(if $(filter %gcc,$(ARM64_CC)),$(ARM64_CC:%gcc=%))' $(TINY_PARTS)

# Trusted Firmware: a real EL3 below. Once, a minute: check-qemu-long alone needs it.
TFA ?= $(O)/deps/tfa
export TFA
$(O)/deps/tfa: test/guest/tfa/build.sh
	$(DEPS_ENV) $(DEPS_DIR)/deps.sh --for long --only tfa-src
	$< '$@' '$(TFA_SRC)' '$(if $(filter %gcc,$(ARM64_CC)),$(ARM64_CC:%gcc=%))'
