/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks the bytes that no segment's digest covers: Lethe itself, and the padding. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <lethe/sha256.h>

#include "coverage.h"
#include "efi.h"
#include "file.h"

#define BLOB_SIZE_MAX (16 * TOOL_MIB) /* Lethe is far smaller: a damaged size must not cost minutes */
#define DIGEST_AT (LETHE_BLOB_OFFSET + offsetof(struct lethe_blob_header, digest))

void coverage_blob_digest(const uint8_t *bytes, uint64_t blob_size,
			  uint8_t digest[LETHE_DIGEST_SIZE])
{
	struct lethe_sha256 sha;
	uint8_t page[TOOL_PAGE];

	memcpy(page, bytes, sizeof(page));
	efi_unsign(page);
	memset(page + DIGEST_AT, 0, LETHE_DIGEST_SIZE);
	memset(page + LETHE_SEAL_OFFSET, 0, sizeof(uint64_t));
	lethe_sha256_init(&sha);
	lethe_sha256_update(&sha, page, sizeof(page));
	lethe_sha256_update(&sha, bytes + sizeof(page), blob_size - sizeof(page));
	lethe_sha256_final(&sha, digest);
}

uint64_t coverage_sum(const uint8_t *bytes, uint64_t size)
{
	uint64_t sum = 0;

	for (uint64_t at = 0; at < size; at += sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, bytes + at, sizeof(word));
		sum += word;
	}
	return sum;
}

bool coverage_self_is_sound(const struct view *view)
{
	struct lethe_blob_self self;
	uint8_t found[LETHE_DIGEST_SIZE];
	struct lethe_sha256 sha;

	if (view->size < LETHE_SELF_OFFSET + sizeof(self)) {
		return false;
	}
	memcpy(&self, view->bytes + LETHE_SELF_OFFSET, sizeof(self));
	if (tool_is_zero((const uint8_t *)&self, sizeof(self))) {
		return true; /* a Lethe from before there was this digest */
	}
	if (self.start > self.end || self.end > view->blob.blob_size || self.end > view->size) {
		return false;
	}
	lethe_sha256_init(&sha);
	lethe_sha256_update(&sha, view->bytes + self.start, self.end - self.start);
	lethe_sha256_final(&sha, found);
	return memcmp(found, self.digest, sizeof(found)) == 0;
}

/* The end of a segment's bytes in the file. In a damaged plan it may wrap: UINT64_MAX then. */
static uint64_t source_end(const struct lethe_segment *segment)
{
	const uint64_t end = segment->source + segment->file_size;

	return end < segment->source ? UINT64_MAX : end;
}

/* The end of the covered part of the file around at, or at itself if no digest covers this byte. */
static uint64_t covered_until(const struct view *view, uint64_t at)
{
	const struct lethe_segment *segment = lethe_plan_segments(view->plan);
	const uint64_t plan = view->blob.plan_offset;

	if (at < view->blob.blob_size) {
		return view->blob.blob_size;
	}
	if (at >= plan && at - plan < view->plan->total_size) {
		return plan + view->plan->total_size;
	}
	if (view->efi.head.size != 0 && at >= view->efi.head.offset) {
		return view->efi.head.offset + view->efi.head.size;
	}
	for (uint32_t i = 0; i < view->plan->segment_count; i++) {
		if (bundle_has_source_of(&segment[i]) && at >= segment[i].source &&
		    at - segment[i].source < segment[i].file_size) {
			return source_end(&segment[i]);
		}
	}
	return at;
}

/* Where the next covered part begins, or end. No digest covers the byte at. */
static uint64_t covered_from(const struct view *view, uint64_t at, uint64_t end)
{
	const struct lethe_segment *segment = lethe_plan_segments(view->plan);
	const uint64_t plan = view->blob.plan_offset;

	end = plan > at && plan < end ? plan : end;
	if (view->efi.head.size != 0 && view->efi.head.offset > at && view->efi.head.offset < end) {
		end = view->efi.head.offset;
	}
	for (uint32_t i = 0; i < view->plan->segment_count; i++) {
		if (bundle_has_source_of(&segment[i]) && segment[i].file_size != 0 &&
		    segment[i].source > at && segment[i].source < end) {
			end = segment[i].source;
		}
	}
	return end;
}

bool coverage_blob_is_sound(const struct view *view)
{
	uint8_t found[LETHE_DIGEST_SIZE];
	uint8_t page[TOOL_PAGE];
	const uint64_t plan = view->blob.plan_offset;

	if (view->blob.blob_size < sizeof(page) || plan < sizeof(page) ||
	    view->blob.blob_size > BLOB_SIZE_MAX || view->blob.blob_size > view->size ||
	    plan > view->size || plan % sizeof(uint64_t) != 0) {
		return false;
	}
	coverage_blob_digest(view->bytes, view->blob.blob_size, found);
	memcpy(page, view->bytes, sizeof(page));
	efi_unsign(page);
	return memcmp(found, view->blob.digest, sizeof(found)) == 0 &&
	       coverage_sum(page, sizeof(page)) + coverage_sum(view->bytes + sizeof(page), plan - sizeof(page)) == 0;
}

static bool find_stray_in(const uint8_t *bytes, uint64_t at, uint64_t end, uint64_t *offset)
{
	for (uint64_t piece; at < end; at += piece) {
		piece = end - at < TOOL_MIB ? end - at : TOOL_MIB;
		if (!tool_is_zero(bytes + at, piece)) {
			for (*offset = at; bytes[*offset] == 0; ++*offset) {
			}
			return true;
		}
		file_forget(bytes + at, piece);
	}
	return false;
}

bool coverage_find_stray(const struct view *view, uint64_t *offset)
{
	const uint64_t end = view->size < view->blob.file_size ? view->size : view->blob.file_size;
	uint64_t at = 0;

	while (at < end) {
		uint64_t next = covered_until(view, at);

		if (next != at) {
			at = next;
			continue;
		}
		next = covered_from(view, at, end);
		if (find_stray_in(view->bytes, at, next, offset)) {
			return true;
		}
		at = next;
	}
	return false;
}
