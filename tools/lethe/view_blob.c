/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "view.h"

bool view_has_blob(const struct view *view, struct blob blob)
{
	const uint64_t headers = LETHE_BLOB_OFFSET + sizeof(view->blob);
	const uint64_t code = LETHE_SEAL_OFFSET + sizeof(uint64_t);
	const uint64_t size = view->blob.blob_size;
	struct lethe_blob_header header;

	if (blob.size < code) {
		return false;
	}
	memcpy(&header, blob.bytes + LETHE_BLOB_OFFSET, sizeof(header));
	if (view->size < size || size < blob.size || size != header.blob_size ||
	    memcmp(view->bytes, blob.bytes, 8) != 0 ||
	    memcmp(view->bytes + headers, blob.bytes + headers, LETHE_EFI_PE_AT - headers) != 0 ||
	    (!view->efi.is_there &&
	     memcmp(view->bytes + LETHE_EFI_PE_AT, blob.bytes + LETHE_EFI_PE_AT,
		    LETHE_SEAL_OFFSET - LETHE_EFI_PE_AT) != 0) ||
	    memcmp(view->bytes + code, blob.bytes + code, blob.size - code) != 0) {
		return false;
	}
	for (uint64_t i = blob.size; i < size; i++) {
		if (view->bytes[i] != 0) {
			return false;
		}
	}
	return true;
}
