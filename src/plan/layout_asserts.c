/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The layouts of the wire formats. If a compiler or an edit moves a field, the build fails.
 * docs/spec/plan.md documents the same numbers. This file generates no code.
 */

#include <lethe/efi.h>
#include <lethe/image.h>
#include <lethe/plan.h>

#include "console/uart_drivers.h"

#define AT(type, field, offset, size)                                                              \
	_Static_assert(offsetof(struct type, field) == (offset), #type "." #field " moved");       \
	_Static_assert(sizeof(((struct type *)0)->field) == (size),                                \
		       #type "." #field " changed size")

#define SIZE(type, size)                                                                           \
	_Static_assert(sizeof(struct type) == (size), #type " changed size");                      \
	_Static_assert(_Alignof(struct type) == 8, #type " is not 8-byte aligned")

#define KIND(kind, uart, number)                                                                   \
	_Static_assert((int)LETHE_CONSOLE_##kind == (number) &&                                    \
			       (int)LETHE_UART_##uart == (number),                                 \
		       #kind " is another number")

SIZE(lethe_plan, 192);
AT(lethe_plan, magic, 0, 8);
AT(lethe_plan, version, 8, 4);
AT(lethe_plan, total_size, 12, 4);
AT(lethe_plan, digest, 16, 32);
AT(lethe_plan, flags, 48, 4);
AT(lethe_plan, on_fail, 52, 4);
AT(lethe_plan, slot_count, 56, 4);
AT(lethe_plan, segment_count, 60, 4);
AT(lethe_plan, window_count, 64, 4);
AT(lethe_plan, strings_size, 68, 4);
AT(lethe_plan, el, 72, 4);
AT(lethe_plan, hyp_stub, 76, 4);
AT(lethe_plan, psci, 80, 4);
AT(lethe_plan, mode, 84, 4);
AT(lethe_plan, console_kind, 88, 4);
KIND(PL011, pl011, 3);
KIND(NS16550, ns16550, 4);
KIND(GENI, geni, 5);
KIND(UARTDM, uartdm, 6);
KIND(SCIF, scif, 7);
KIND(RZSCIF, rzscif, 8);
KIND(LINFLEX, linflex, 9);
KIND(IMX, imx, 10);
KIND(MESON, meson, 11);
KIND(LPUART, lpuart, 12);
KIND(LPUART32, lpuart32, 13);
KIND(CDNS, cdns, 14);
KIND(ARMADA3700, armada3700, 15);
KIND(SAMSUNG, samsung, 16);
KIND(EM, em, 17);
KIND(COUNT, END, 18);
AT(lethe_plan, console_reg_shift, 92, 4);
AT(lethe_plan, console_reg_width, 96, 4);
AT(lethe_plan, chunk_count, 100, 4);
AT(lethe_plan, console_base, 104, 8);
AT(lethe_plan, extent_size, 112, 8);
AT(lethe_plan, workspace_base, 120, 8);
AT(lethe_plan, workspace_size, 128, 8);
AT(lethe_plan, list_head, 136, 8);
AT(lethe_plan, list_page_shift, 144, 4);
AT(lethe_plan, cpus, 148, 4);
AT(lethe_plan, reserved2, 152, 40);

SIZE(lethe_slot, 128);
AT(lethe_slot, name, 0, 16);
AT(lethe_slot, flags, 16, 4);
AT(lethe_slot, first_segment, 20, 4);
AT(lethe_slot, segment_count, 24, 4);
AT(lethe_slot, entry_segment, 28, 4);
AT(lethe_slot, entry, 32, 8);
AT(lethe_slot, x, 40, 32);
AT(lethe_slot, cmdline_offset, 72, 4);
AT(lethe_slot, cmdline_size, 76, 4);
AT(lethe_slot, tree_segment, 80, 4);
AT(lethe_slot, initrd_segment, 84, 4);
AT(lethe_slot, tree_base, 88, 8);
AT(lethe_slot, tree_size, 96, 8);
AT(lethe_slot, reserved, 104, 24);

SIZE(lethe_segment, 112);
AT(lethe_segment, name, 0, 16);
AT(lethe_segment, flags, 16, 4);
AT(lethe_segment, chunk_shift, 20, 4);
AT(lethe_segment, source, 24, 8);
AT(lethe_segment, dest, 32, 8);
AT(lethe_segment, file_size, 40, 8);
AT(lethe_segment, mem_size, 48, 8);
AT(lethe_segment, align, 56, 8);
AT(lethe_segment, align_offset, 64, 8);
AT(lethe_segment, digest, 72, 32);
AT(lethe_segment, first_chunk, 104, 8);

SIZE(lethe_window, 16);
AT(lethe_window, base, 0, 8);
AT(lethe_window, size, 8, 8);

SIZE(lethe_image_header, 64);
AT(lethe_image_header, code0, 0, 4);
AT(lethe_image_header, code1, 4, 4);
AT(lethe_image_header, text_offset, 8, 8);
AT(lethe_image_header, image_size, 16, 8);
AT(lethe_image_header, flags, 24, 8);
AT(lethe_image_header, reserved, 32, 24);
AT(lethe_image_header, magic, 56, 4);
AT(lethe_image_header, pe_offset, 60, 4);

SIZE(lethe_blob_header, 72);
AT(lethe_blob_header, magic, 0, 8);
AT(lethe_blob_header, version, 8, 4);
AT(lethe_blob_header, reserved0, 12, 4);
AT(lethe_blob_header, blob_size, 16, 8);
AT(lethe_blob_header, plan_offset, 24, 8);
AT(lethe_blob_header, file_size, 32, 8);
AT(lethe_blob_header, digest, 40, 32);

SIZE(lethe_blob_self, 48);
AT(lethe_blob_self, start, 0, 8);
AT(lethe_blob_self, end, 8, 8);
AT(lethe_blob_self, digest, 16, 32);

SIZE(lethe_efi_head, LETHE_EFI_ENTRY);
AT(lethe_efi_head, magic, 0, 8);
AT(lethe_efi_head, version, 8, 4);
AT(lethe_efi_head, data, 12, 4);
AT(lethe_efi_head, sbat, 16, 4);
AT(lethe_efi_head, size, 20, 4);
AT(lethe_efi_head, offset, 24, 8);
AT(lethe_efi_head, digest, 32, 32);

_Static_assert(LETHE_BLOB_OFFSET == sizeof(struct lethe_image_header), "blob header moved");
_Static_assert(LETHE_PLAN_SIZE_MAX == 25280, "the largest plan changed size");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the wire formats are read in place");
