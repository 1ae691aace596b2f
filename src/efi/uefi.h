/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_UEFI_H
#define LETHE_UEFI_H

/*
 * The few structures of UEFI that the EFI door uses, with the section of the UEFI
 * Specification 2.10. Of a table only what comes up to the last member in use; layout_asserts.c has
 * the offsets. What is not called is a void pointer.
 *
 * Functions follow AAPCS64 as Lethe's own code does (2.3.6), so no attribute is needed.
 */

#include <stddef.h>
#include <stdint.h>

typedef uint64_t efi_status; /* appendix D */

#define EFI_ERROR_BIT          (1ULL << 63)
#define EFI_SUCCESS            0ULL
#define EFI_LOAD_ERROR         (EFI_ERROR_BIT | 1)
#define EFI_INVALID_PARAMETER  (EFI_ERROR_BIT | 2)
#define EFI_UNSUPPORTED        (EFI_ERROR_BIT | 3)
#define EFI_BUFFER_TOO_SMALL   (EFI_ERROR_BIT | 5)
#define EFI_OUT_OF_RESOURCES   (EFI_ERROR_BIT | 9)
#define EFI_NOT_FOUND          (EFI_ERROR_BIT | 14)
#define EFI_ACCESS_DENIED      (EFI_ERROR_BIT | 15)
#define EFI_ABORTED            (EFI_ERROR_BIT | 21)
#define EFI_SECURITY_VIOLATION (EFI_ERROR_BIT | 26)

typedef void *efi_handle;

struct efi_guid {
	uint32_t a;
	uint16_t b, c;
	uint8_t d[8];
};

/* 4.2 */
struct efi_table_header {
	uint64_t signature;
	uint32_t revision, header_size, crc32, reserved;
};

/* 12.4 */
struct efi_text_output {
	void *reset;
	efi_status (*output_string)(struct efi_text_output *self, const uint16_t *string);
};

/* 7.2 */
#define EFI_ALLOCATE_ANY_PAGES  0U
#define EFI_LOADER_CODE         1U
#define EFI_LOADER_DATA         2U
#define EFI_ACPI_RECLAIM_MEMORY 9U
#define EFI_PAGE                4096ULL

/* 10.3 */
struct efi_device_path {
	uint8_t type, subtype;
	uint8_t length[2];
};

/* 7.3, 7.4, 7.5 */
struct efi_boot_services {
	struct efi_table_header header;
	void *raise_tpl, *restore_tpl;
	efi_status (*allocate_pages)(uint32_t how, uint32_t type, uint64_t pages,
				     uint64_t *address);
	efi_status (*free_pages)(uint64_t address, uint64_t pages);
	efi_status (*get_memory_map)(uint64_t *size, void *map, uint64_t *key,
				     uint64_t *descriptor_size, uint32_t *descriptor_version);
	efi_status (*allocate_pool)(uint32_t type, uint64_t size, void **buffer);
	efi_status (*free_pool)(void *buffer);
	void *create_event, *set_timer, *wait_for_event, *signal_event, *close_event, *check_event;
	void *install_protocol_interface, *reinstall_protocol_interface,
		*uninstall_protocol_interface;
	efi_status (*handle_protocol)(efi_handle handle, const struct efi_guid *protocol,
				      void **interface);
	void *reserved, *register_protocol_notify, *locate_handle;
	efi_status (*locate_device_path)(const struct efi_guid *protocol,
					 const struct efi_device_path **path, efi_handle *device);
	efi_status (*install_configuration_table)(const struct efi_guid *guid, void *table);
	efi_status (*load_image)(uint8_t boot_policy, efi_handle parent,
				 const struct efi_device_path *path, const void *source,
				 uint64_t size, efi_handle *image);
	efi_status (*start_image)(efi_handle image, uint64_t *exit_data_size, uint16_t **exit_data);
	void *exit;
	efi_status (*unload_image)(efi_handle image);
	efi_status (*exit_boot_services)(efi_handle image, uint64_t key);
	void *get_next_monotonic_count, *stall;
	efi_status (*set_watchdog_timer)(uint64_t seconds, uint64_t code, uint64_t size,
					 const uint16_t *data);
	void *connect_controller, *disconnect_controller, *open_protocol, *close_protocol;
	void *open_protocol_information, *protocols_per_handle, *locate_handle_buffer;
	efi_status (*locate_protocol)(const struct efi_guid *protocol, void *registration,
				      void **interface);
	/* (GUID, interface) pairs, then NULL */
	efi_status (*install_multiple_protocol_interfaces)(efi_handle *handle, ...);
	efi_status (*uninstall_multiple_protocol_interfaces)(efi_handle handle, ...);
};

/* 8.2 */
struct efi_runtime_services {
	struct efi_table_header header;
	void *get_time, *set_time, *get_wakeup_time, *set_wakeup_time;
	void *set_virtual_address_map, *convert_pointer;
	efi_status (*get_variable)(const uint16_t *name, const struct efi_guid *vendor,
				   uint32_t *attributes, uint64_t *size, void *data);
};

/* 4.6 */
struct efi_configuration_table {
	struct efi_guid guid;
	void *table;
};

/* 4.3 */
struct efi_system_table {
	struct efi_table_header header;
	const uint16_t *firmware_vendor;
	uint32_t firmware_revision;
	efi_handle console_in_handle;
	void *console_in;
	efi_handle console_out_handle;
	struct efi_text_output *console_out; /* NULL: there is none */
	efi_handle standard_error_handle;
	void *standard_error;
	const struct efi_runtime_services *runtime;
	const struct efi_boot_services *boot;
	uint64_t table_count;
	const struct efi_configuration_table *tables;
};

/* 9.1 */
struct efi_loaded_image {
	uint32_t revision;
	efi_handle parent;
	const struct efi_system_table *system_table;
	efi_handle device;
	const struct efi_device_path *file_path;
	void *reserved;
	uint32_t load_options_size; /* bytes */
	void *load_options;
	void *image_base;
	uint64_t image_size;
	uint32_t code_type, data_type;
	void *unload;
};

/* 13.2 */
struct efi_load_file2 {
	efi_status (*load_file)(struct efi_load_file2 *self, const struct efi_device_path *path,
				uint8_t boot_policy, uint64_t *size, void *buffer);
};

/* 37.4 of 2.10: EFI_MEMORY_ATTRIBUTE_PROTOCOL */
#define EFI_MEMORY_XP 0x4000ULL
#define EFI_MEMORY_RO 0x20000ULL

struct efi_memory_attribute {
	void *get;
	efi_status (*set)(struct efi_memory_attribute *self, uint64_t base, uint64_t size,
			  uint64_t attributes);
	efi_status (*clear)(struct efi_memory_attribute *self, uint64_t base, uint64_t size,
			    uint64_t attributes);
};

/* 9.1.1, 9.2.1, 10.2, 4.6.1, 37.4; the kernel's: Linux, include/linux/efi.h */
#define EFI_GUID_LOADED_IMAGE                                                                      \
	{                                                                                          \
		0x5b1b31a1, 0x9562, 0x11d2,                                                        \
		{                                                                                  \
			0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b                             \
		}                                                                                  \
	}
#define EFI_GUID_LOADED_IMAGE_PATH                                                                 \
	{                                                                                          \
		0xbc62157e, 0x3e33, 0x4fec,                                                        \
		{                                                                                  \
			0x99, 0x20, 0x2d, 0x3b, 0x36, 0xd7, 0x50, 0xdf                             \
		}                                                                                  \
	}
#define EFI_GUID_DEVICE_PATH                                                                       \
	{                                                                                          \
		0x09576e91, 0x6d3f, 0x11d2,                                                        \
		{                                                                                  \
			0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b                             \
		}                                                                                  \
	}
#define EFI_GUID_LOAD_FILE2                                                                        \
	{                                                                                          \
		0x4006c0c1, 0xfcb3, 0x403e,                                                        \
		{                                                                                  \
			0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d                             \
		}                                                                                  \
	}
#define EFI_GUID_MEMORY_ATTRIBUTE                                                                  \
	{                                                                                          \
		0xf4560cf6, 0x40ec, 0x4b4a,                                                        \
		{                                                                                  \
			0xa1, 0x92, 0xbf, 0x1d, 0x57, 0xd0, 0xb1, 0x89                             \
		}                                                                                  \
	}
#define EFI_GUID_GLOBAL_VARIABLE                                                                   \
	{                                                                                          \
		0x8be4df61, 0x93ca, 0x11d2,                                                        \
		{                                                                                  \
			0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c                             \
		}                                                                                  \
	}
#define EFI_GUID_ACPI_20                                                                           \
	{                                                                                          \
		0x8868e871, 0xe4f1, 0x11d3,                                                        \
		{                                                                                  \
			0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81                             \
		}                                                                                  \
	}
#define EFI_GUID_DTB                                                                               \
	{                                                                                          \
		0xb1b621d5, 0xf19c, 0x41a5,                                                        \
		{                                                                                  \
			0x83, 0x0b, 0xd9, 0x15, 0x2c, 0x69, 0xaa, 0xe0                             \
		}                                                                                  \
	}
#define EFI_GUID_LINUX_INITRD                                                                      \
	{                                                                                          \
		0x5568e427, 0x68fc, 0x4f3d,                                                        \
		{                                                                                  \
			0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68                             \
		}                                                                                  \
	}

#endif
