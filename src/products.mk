# SPDX-License-Identifier: BSD-2-Clause
#
# Which folder of src/ goes into which product. A word is a folder (all its .c and .S files; . is src/
# itself) or one file. The link drops each function that a product does not call.

sha256       := sha256.c digest/sha256_blocks.c digest/sha256_constants.S digest/sha256_scalar.S \
                $(if $(filter auto,$(SHA)),digest/sha256_ce.S)
sha256_small := $(sha256:scalar.S=scalar_small.S)

doors     := $(addprefix door/,image.c image_head.S library.c library_entry.S)
common    := . $(doors) cpu plan fdt firmware console smp digest/progress.c digest/segment_digest.c digest/chunks.c digest/verdict.c $(sha256)
# A flash file's front end: from the reset vector to a bundle in RAM.
flash     := door/flash.c door/flash_head.S $(addprefix flash/,branch.S cpus.c crc.S layout_asserts.c line.c map.c ram.c say.S slot.c state.c tree.c tree_put.c writes.S) \
             el3 cache.S monitor/cpus.c monitor/lock.c $(addprefix cpu/,el2.c el2_regs.c el2_lower.c idmap.c mmu.S mmu_regs.c)
# The EFI door, behind a bundle: the stages that read, on firmware's console.
efi       := door/efi.c door/efi_head.S efi verify.c failure.c stage.c describe_record.c cache.S memmove.S $(sha256) \
             $(addprefix digest/,segment_digest.c chunks.c verdict.c progress.c) console/console.c console/report.c \
             $(addprefix plan/,plan.c status.c plan_check.c plan_check_console.c plan_check_name.c plan_check_segments.c \
                               plan_check_slots.c plan_check_windows.c) \
             $(addprefix fdt/,fdt_check.c fdt_copy.c fdt_get.c fdt_reserved.c fdt_walk.c record.c) cpu/counter.c cpu/mmu.S cpu/probe.S
# Two products of one road: CPUs stay as the tree says, or Lethe may hold them, with what stays resident: a link of its own.
blob      := $(common) keep
cpus      := $(common) hold
monitor   := monitor $(addprefix cpu/,el2.c el2_regs.c el2_lower.c el2_lower_regs.c el2_fgt.c el2_fgt_regs.c inject.S)
library   := library plan fdt firmware/efi_memory.c cache.S memmove.S relocate.S fdt_fixup.c $(sha256) \
             $(addprefix cpu/,el2.c el2_regs.c el2_lower.c el2_lower_regs.c el2_fgt.c el2_fgt_regs.c handoff.S halt.S idmap.c mmu_regs.c)
purgatory := $(filter-out purgatory/object.S,$(patsubst src/%,%,$(wildcard src/purgatory/*.[cS]))) \
             keep/hold.c main.c run.c stage.c handoff.c stop.c entry.S cache.S memory_map.c $(sha256_small) digest/progress.c \
             $(addprefix cpu/,counter.c deadline.c el2.c el2_regs.c exception.S fault.c halt.S handoff.S hyp_stub.S idmap.c mmu.S \
                              mmu_regs.c probe.S psci.c serror_window.S smc.S) \
             $(addprefix fdt/,fdt_check.c fdt_get.c fdt_stdout.c fdt_uart.c fdt_walk.c record.c) \
             $(addprefix console/,console.c uart.c uart_ns16550.c uart_pl011.c) firmware/acpi.c plan/status.c
tool      := sha256.c digest/sha256_host.c \
             $(addprefix plan/,layout_asserts.c range_set.c place.c place_check.c place_order.c plan.c status.c \
                               plan_check.c plan_check_console.c plan_check_name.c plan_check_segments.c plan_check_slots.c \
                               plan_check_windows.c) \
             $(addprefix fdt/,fdt_check.c fdt_cpus.c fdt_get.c fdt_memory.c fdt_read.c fdt_reserved.c fdt_scan.c fdt_stdout.c fdt_uart.c fdt_walk.c)

libfdt    := fdt fdt_ro fdt_wip

# $(call sources,PRODUCT): its files, from the top of the tree.
sources = $(sort $(patsubst src/./%,src/%,$(foreach word,$($(1)),\
	$(if $(filter %.c %.S,$(word)),src/$(word),$(wildcard src/$(word)/*.c src/$(word)/*.S)))))
