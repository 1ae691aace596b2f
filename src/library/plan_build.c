/* SPDX-License-Identifier: BSD-2-Clause */
/* Builds plans. The arrays are consecutive, so each new element moves the later arrays up. */
#include <lethe/plan_build.h>

#include <lethe/sha256.h>

#include <stdbool.h>
#include <string.h>

static uint64_t size_of(const struct lethe_plan *plan)
{
	return lethe_plan_size(plan->slot_count, plan->segment_count, plan->window_count,
			       plan->strings_size) +
	       plan->chunk_count * (uint64_t)LETHE_DIGEST_SIZE;
}

static void set_name(char name[LETHE_NAME_SIZE], const char *text)
{
	unsigned int i;

	memset(name, 0, LETHE_NAME_SIZE);
	for (i = 0; i < LETHE_NAME_SIZE - 1 && text[i] != '\0'; i++) {
		name[i] = text[i];
	}
}

int lethe_plan_init(void *buffer, uint64_t size, const char *name)
{
	struct lethe_plan *plan = buffer;
	struct lethe_slot *slot;

	if ((uintptr_t)buffer % 8 != 0) {
		return LETHE_E_PLAN_ALIGN;
	}
	if (size < lethe_plan_size(1, 0, 0, 0)) {
		return LETHE_E_PLAN_SIZE;
	}
	memset(plan, 0, lethe_plan_size(1, 0, 0, 0));
	plan->magic = LETHE_PLAN_MAGIC;
	plan->version = LETHE_PLAN_VERSION;
	plan->slot_count = 1;
	slot = lethe_plan_slot(plan);
	set_name(slot->name, name);
	slot->tree_segment = LETHE_INDEX_NONE;
	slot->initrd_segment = LETHE_INDEX_NONE;
	return LETHE_OK;
}

struct lethe_slot *lethe_plan_slot(struct lethe_plan *plan)
{
	return (struct lethe_slot *)(plan + 1);
}

struct lethe_segment *lethe_plan_segment_at(struct lethe_plan *plan, unsigned int index)
{
	return (struct lethe_segment *)(lethe_plan_slot(plan) + plan->slot_count) + index;
}

/* Makes a zeroed gap of bytes at offset and moves the rest of the plan up. */
static int open_gap(struct lethe_plan *plan, uint64_t size, uint64_t offset, uint64_t bytes)
{
	uint8_t *gap = (uint8_t *)plan + offset;
	uint64_t used = size_of(plan);

	if (bytes > size || used > size - bytes) {
		return LETHE_E_PLAN_SIZE;
	}
	memmove(gap + bytes, gap, used - offset);
	memset(gap, 0, bytes);
	return LETHE_OK;
}

int lethe_plan_segment_digest(struct lethe_plan *plan, uint64_t size, const char *name,
			      const uint8_t digest[LETHE_DIGEST_SIZE], uint64_t source, uint64_t dest,
			      uint64_t file_size, uint64_t mem_size)
{
	const unsigned int index = plan->segment_count;
	struct lethe_segment *segment;
	int status;

	if (index == LETHE_SEGMENT_MAX) {
		return LETHE_E_PLAN_COUNT;
	}
	status = open_gap(plan, size, lethe_plan_size(plan->slot_count, index, 0, 0),
			  sizeof(*segment));
	if (status != LETHE_OK) {
		return status;
	}
	plan->segment_count++;
	lethe_plan_slot(plan)->segment_count++;
	segment = lethe_plan_segment_at(plan, index);
	set_name(segment->name, name);
	segment->file_size = file_size;
	segment->mem_size = mem_size;
	segment->source = source;
	segment->dest = dest;
	if (source == dest) {
		segment->flags = LETHE_SEGMENT_IN_PLACE;
		segment->dest = 0;
	}
	memcpy(segment->digest, digest, LETHE_DIGEST_SIZE);
	return LETHE_OK;
}

int lethe_plan_add_segment(struct lethe_plan *plan, uint64_t size, const char *name,
			   const void *data, uint64_t source, uint64_t dest, uint64_t file_size,
			   uint64_t mem_size)
{
	uint8_t digest[LETHE_DIGEST_SIZE] = {0};
	struct lethe_segment *segment;
	struct lethe_sha256 sha;
	int status;

	if (data != NULL) {
		lethe_sha256_init(&sha);
		lethe_sha256_update(&sha, data, file_size);
		lethe_sha256_final(&sha, digest);
	}
	status = lethe_plan_segment_digest(plan, size, name, digest, source, dest, file_size,
					   mem_size);
	if (status == LETHE_OK && data == NULL) {
		segment = lethe_plan_segment_at(plan, plan->segment_count - 1);
		segment->flags = LETHE_SEGMENT_SOURCE_LIST;
		segment->source = 0;
		segment->dest = dest;
	}
	return status;
}

int lethe_plan_segment(struct lethe_plan *plan, uint64_t size, const char *name, const void *data,
		       uint64_t source, uint64_t dest, uint64_t file_size, uint64_t mem_size)
{
	const int status =
		lethe_plan_add_segment(plan, size, name, data, source, dest, file_size, mem_size);

	return status == LETHE_OK ? (int)plan->segment_count - 1 : status;
}

int lethe_plan_window(struct lethe_plan *plan, uint64_t size, uint64_t base, uint64_t bytes)
{
	const uint64_t offset =
		lethe_plan_size(plan->slot_count, plan->segment_count, plan->window_count, 0);
	struct lethe_window window = {base, bytes};
	int status;

	if (plan->window_count == LETHE_WINDOW_MAX) {
		return LETHE_E_PLAN_COUNT;
	}
	status = open_gap(plan, size, offset, sizeof(window));
	if (status == LETHE_OK) {
		plan->window_count++;
		memcpy((uint8_t *)plan + offset, &window, sizeof(window));
	}
	return status;
}

/* True if a segment from index on has chunks: the table is in the segments' order. */
static bool has_chunks_from(struct lethe_plan *plan, unsigned int index)
{
	for (; index < plan->segment_count; index++) {
		if (lethe_plan_segment_at(plan, index)->chunk_shift != 0) {
			return true;
		}
	}
	return false;
}

int lethe_plan_chunk(struct lethe_plan *plan, uint64_t size, unsigned int index, const void *data,
		     unsigned int shift)
{
	const uint64_t offset = (uint64_t)(lethe_plan_chunks(plan) - (const uint8_t *)plan) +
				plan->chunk_count * (uint64_t)LETHE_DIGEST_SIZE;
	struct lethe_segment *segment = lethe_plan_segment_at(plan, index);
	struct lethe_segment chunked = *segment;
	const uint8_t *bytes = data;
	struct lethe_sha256 sha;
	uint64_t left = segment->file_size;
	uint8_t *digest;
	uint64_t count;
	int status;

	chunked.chunk_shift = shift;
	chunked.first_chunk = plan->chunk_count;
	if (shift < LETHE_CHUNK_SHIFT_MIN || shift > LETHE_CHUNK_SHIFT_MAX || left == 0 ||
	    (segment->flags & LETHE_SEGMENT_SOURCE_LIST) != 0 || has_chunks_from(plan, index)) {
		return LETHE_E_PLAN_CHUNKS;
	}
	count = lethe_segment_chunks(&chunked);
	if (count > LETHE_CHUNK_MAX - plan->chunk_count) {
		return LETHE_E_PLAN_COUNT;
	}
	status = open_gap(plan, size, offset, count * LETHE_DIGEST_SIZE);
	if (status != LETHE_OK) {
		return status;
	}
	plan->version = LETHE_PLAN_VERSION_CHUNKS;
	plan->chunk_count += (uint32_t)count;
	*segment = chunked;
	for (digest = (uint8_t *)plan + offset; left != 0; digest += LETHE_DIGEST_SIZE) {
		const uint64_t piece = left < 1ULL << shift ? left : 1ULL << shift;

		lethe_sha256_init(&sha);
		lethe_sha256_update(&sha, bytes, piece);
		lethe_sha256_final(&sha, digest);
		bytes += piece;
		left -= piece;
	}
	lethe_segment_root(plan, segment, segment->digest);
	return LETHE_OK;
}

int lethe_plan_cmdline(struct lethe_plan *plan, uint64_t size, const char *text)
{
	const uint64_t length = strlen(text) + 1;
	const uint64_t used = size_of(plan);
	struct lethe_slot *slot = lethe_plan_slot(plan);

	if (plan->strings_size != 0 || length > LETHE_STRINGS_MAX) {
		return LETHE_E_PLAN_STRING;
	}
	if (used > size || size - used < ((length + 7) & ~7ULL)) {
		return LETHE_E_PLAN_SIZE;
	}
	memset((uint8_t *)plan + used, 0, (length + 7) & ~7ULL);
	memcpy((uint8_t *)plan + used, text, length);
	plan->strings_size = (uint32_t)length;
	slot->cmdline_offset = 0;
	slot->cmdline_size = (uint32_t)length;
	return LETHE_OK;
}

void lethe_plan_seal(struct lethe_plan *plan)
{
	plan->total_size = (uint32_t)size_of(plan);
	lethe_plan_digest(plan, plan->digest);
}
