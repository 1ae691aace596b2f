/* SPDX-License-Identifier: BSD-2-Clause */
/* Offsets in firmware's structures: each is of the last member that the door uses, and of one in the middle. */
#include "efi/pe.h"
#include "efi/uefi.h"

#define AT(type, member, offset) _Static_assert(offsetof(struct type, member) == (offset), #type)

/* UEFI 2.10, 4.2, 4.3, 4.4, 8.1: pointers are of 8 bytes. */
AT(efi_system_table, console_out, 64);
AT(efi_system_table, runtime, 88);
AT(efi_system_table, boot, 96);
AT(efi_system_table, table_count, 104);
AT(efi_system_table, tables, 112);
AT(efi_boot_services, allocate_pages, 40);
AT(efi_boot_services, get_memory_map, 56);
AT(efi_boot_services, allocate_pool, 64);
AT(efi_boot_services, handle_protocol, 152);
AT(efi_boot_services, locate_device_path, 184);
AT(efi_boot_services, install_configuration_table, 192);
AT(efi_boot_services, load_image, 200);
AT(efi_boot_services, start_image, 208);
AT(efi_boot_services, unload_image, 224);
AT(efi_boot_services, exit_boot_services, 232);
AT(efi_boot_services, set_watchdog_timer, 256);
AT(efi_boot_services, locate_protocol, 320);
AT(efi_boot_services, install_multiple_protocol_interfaces, 328);
AT(efi_boot_services, uninstall_multiple_protocol_interfaces, 336);
AT(efi_runtime_services, get_variable, 72);
/* 9.1, 12.4, 37.4 */
AT(efi_loaded_image, device, 24);
AT(efi_loaded_image, load_options_size, 48);
AT(efi_loaded_image, load_options, 56);
AT(efi_loaded_image, image_base, 64);
AT(efi_text_output, output_string, 8);
AT(efi_memory_attribute, clear, 16);
_Static_assert(sizeof(struct efi_configuration_table) == 24, "4.6");

/* PE32+: the two fields that a signer changes, and one that each reader looks at. */
AT(pe_header, optional_size, 20);
AT(pe_header, entry, 40);
AT(pe_header, image_base, 48);
AT(pe_header, checksum, 88);
AT(pe_header, directory, 136);
