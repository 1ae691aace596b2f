/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle.h"
#include "chunks.h"
#include "file.h"
#include "kernel.h"
#include "view.h"
#include "coverage.h"

static struct view_problem *problem(struct view *view, int code, int status,
				    const struct lethe_where *where)
{
	/* The array holds a problem for each segment and all others; the last entry is reused. */
	unsigned int i = view->problem_count < VIEW_PROBLEM_MAX ? view->problem_count++
								: VIEW_PROBLEM_MAX - 1;
	struct view_problem *entry = &view->problem[i];

	entry->code = code;
	entry->status = status;
	entry->what = where ? where->what : LETHE_WHAT_NONE;
	entry->index = where ? where->index : 0;
	tool_status_line(entry->text, sizeof(entry->text), status, where);
	return entry;
}

/* As problem(), with a sentence of the caller's in front of the status' name. */
static void explain(struct view *view, int code, int status, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void explain(struct view *view, int code, int status, const char *format, ...)
{
	struct view_problem *entry = problem(view, code, status, NULL);
	size_t used;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(entry->text, sizeof(entry->text), format, arguments);
	va_end(arguments);
	used = strlen(entry->text);
	snprintf(entry->text + used, sizeof(entry->text) - used, " (LETHE_E_%s)",
		 lethe_status_name(status));
}

/* Names the kind of a file without a Lethe header, or says why kernel_parse() refused it. */
static const char *describe(const struct view *view, char *reason, size_t reason_size)
{
	struct kernel kernel;

	if (kernel_parse(view->bytes, view->size, "FILE", TOOL_MIB, &kernel, reason, reason_size)) {
		snprintf(reason, reason_size, "a kernel (%s)", kernel.packing);
	}
	kernel_free(&kernel);
	return reason;
}

/* Reads both headers. True if a plan may be looked for. */
static bool read_headers(struct view *view)
{
	struct lethe_image_header *image = &view->image;
	struct lethe_blob_header *blob = &view->blob;
	char reason[TOOL_REASON_SIZE - 64];

	if (view->size >= sizeof(*image)) {
		memcpy(image, view->bytes, sizeof(*image));
		view->has_image = image->magic == LETHE_IMAGE_MAGIC;
	}
	if (view->size >= LETHE_BLOB_OFFSET + sizeof(*blob)) {
		memcpy(blob, view->bytes + LETHE_BLOB_OFFSET, sizeof(*blob));
		view->has_blob = blob->magic == LETHE_BLOB_MAGIC;
	}
	if (!view->has_blob) {
		explain(view, TOOL_UNREADABLE, LETHE_E_IMAGE_HEADER, "not a Lethe bundle: %s",
			view->has_image ? "an arm64 Image without a Lethe header"
					: describe(view, reason, sizeof(reason)));
		return false;
	}
	if (!view->has_image) {
		explain(view, TOOL_UNREADABLE, LETHE_E_IMAGE_HEADER,
			"Image magic is wrong: 0x%" PRIx32, image->magic);
	}
	if (blob->version != LETHE_BLOB_VERSION) {
		explain(view, TOOL_UNREADABLE, LETHE_E_IMAGE_HEADER,
			"Lethe header has the unknown version %" PRIu32, blob->version);
		return false;
	}
	if (blob->plan_offset == 0) {
		problem(view, TOOL_UNREADABLE, LETHE_E_PLAN_MISSING, NULL);
		return false;
	}
	return true;
}

/*
 * Checks the headers against the file. The firmware has no file, and can check only some of them.
 */
static void check_headers(struct view *view)
{
	const struct lethe_image_header *image = &view->image;
	const struct lethe_blob_header *blob = &view->blob;
	const char *wrong;

	if (view->has_image && ((image->code0 & 0xffff) != 0x5a4d || image->text_offset != 0 ||
				(image->flags & LETHE_IMAGE_FLAG_ANYWHERE) == 0 ||
				(image->flags & LETHE_IMAGE_FLAG_BIG_ENDIAN) != 0)) {
		explain(view, TOOL_UNREADABLE, LETHE_E_IMAGE_HEADER,
			"Image header is damaged: "
			"code0 0x%" PRIx32 ", text_offset 0x%" PRIx64 ", flags 0x%" PRIx64,
			image->code0, image->text_offset, image->flags);
	}
	if (view->has_image && image->image_size < view->size) {
		explain(view, TOOL_UNREADABLE, LETHE_E_IMAGE_EXTENT,
			"image_size 0x%" PRIx64
			" is below the size of the file: loaders cut it off",
			image->image_size);
	}
	if (blob->blob_size == 0 || blob->blob_size % TOOL_PAGE != 0 || blob->reserved0 != 0 ||
	    blob->plan_offset % TOOL_PAGE != 0 || blob->plan_offset < blob->blob_size) {
		problem(view, TOOL_UNREADABLE, LETHE_E_IMAGE_HEADER, NULL);
	}
	if (view->size < blob->file_size) {
		explain(view, TOOL_CONTENT, LETHE_E_DIGEST,
			"file is truncated: %" PRIu64 " of %" PRIu64 " bytes", view->size,
			blob->file_size);
	}
	wrong = efi_view_open(&view->efi, view->bytes, view->size, blob->file_size, image->pe_offset);
	if (wrong != NULL) {
		explain(view, TOOL_CONTENT, LETHE_E_IMAGE_HEADER, "%s", wrong);
	} else if (view->size > blob->file_size && view->efi.certificates == 0) {
		explain(view, TOOL_CONTENT, LETHE_E_DIGEST,
			"%" PRIu64 " bytes follow the bundle, "
			"which ends at %" PRIu64,
			view->size - blob->file_size, blob->file_size);
	}
}

/* Checks the plan, and keeps a copy if its counts allow the arrays to be shown. */
static void read_plan(struct view *view)
{
	const uint64_t offset = view->blob.plan_offset;
	struct lethe_where where = {0};
	struct lethe_plan head;

	if (offset > view->size || view->size - offset < sizeof(head)) {
		explain(view, TOOL_UNREADABLE, LETHE_E_PLAN_MISSING,
			"file ends before the plan at 0x%" PRIx64, offset);
		return;
	}
	memcpy(&head, view->bytes + offset, sizeof(head));

	const uint64_t rest = view->size - offset;
	const uint32_t chunks = head.version == LETHE_PLAN_VERSION ? 0 : head.chunk_count;
	const uint64_t most = LETHE_PLAN_SIZE_MAX + LETHE_CHUNKS_SIZE_MAX;
	const uint64_t limit = rest < most ? rest : most;
	const bool readable =
		head.slot_count <= LETHE_SLOT_MAX && head.segment_count <= LETHE_SEGMENT_MAX &&
		head.window_count <= LETHE_WINDOW_MAX && head.strings_size <= LETHE_STRINGS_MAX &&
		chunks <= LETHE_CHUNK_MAX &&
		chunks * LETHE_DIGEST_SIZE + lethe_plan_size(head.slot_count, head.segment_count,
							     head.window_count,
							     head.strings_size) <=
			limit;
	struct lethe_plan *plan = tool_alloc(limit);

	memcpy(plan, view->bytes + offset, limit);
	view->plan_status = lethe_plan_check(plan, limit, &where);
	if (view->plan_status == LETHE_OK) {
		view->plan_status = lethe_plan_supported(plan, LETHE_DOOR_IMAGE, &where);
	}
	if (view->plan_status == LETHE_OK && plan->cpus != LETHE_CPUS_KEEP && view_has_blob(view, blob_of(false))) {
		view->plan_status = lethe_error_at(&where, LETHE_E_PLAN_UNSUPPORTED, LETHE_WHAT_NONE, 0,
						   "cpus", plan->cpus);
	}
	if (view->plan_status != LETHE_OK) {
		problem(view,
			view->plan_status == LETHE_E_PLAN_DIGEST ? TOOL_CONTENT : TOOL_UNREADABLE,
			view->plan_status, &where);
	}
	if (!readable) {
		free(plan);
		return;
	}
	/* The strings of a damaged plan of version 1 lie where its reader expects them. */
	plan->chunk_count = chunks;
	view->plan = plan;
}

/* Checks a sound plan against the headers, and places its segments as the firmware will. */
static void check_plan(struct view *view)
{
	const struct lethe_plan *plan = view->plan;
	int status;

	if (view->has_image && view->image.image_size != plan->extent_size) {
		explain(view, TOOL_UNREADABLE, LETHE_E_IMAGE_EXTENT,
			"Image header says image_size 0x%" PRIx64 ", plan says 0x%" PRIx64,
			view->image.image_size, plan->extent_size);
	}
	if ((plan->flags & LETHE_PLAN_WORKSPACE_OFFSET) == 0 || plan->workspace_base != 0 ||
	    plan->workspace_size != view->blob.blob_size) {
		problem(view, TOOL_UNREADABLE, LETHE_E_PLAN_WORKSPACE, NULL);
	}
	status = bundle_place(plan, view->blob.plan_offset, &view->placement);
	if (status != LETHE_OK) {
		const struct lethe_where *where = &view->placement.where;
		struct view_problem *entry = problem(view, TOOL_UNREADABLE, status, where);

		bundle_status_line(entry->text, sizeof(entry->text), plan, view->placement.slot,
				   status, where);
		return;
	}
	view->placed = true;
}

void view_open(struct view *view, const uint8_t *bytes, uint64_t size)
{
	memset(view, 0, sizeof(*view));
	view->bytes = bytes;
	view->size = size;
	view->plan_status = LETHE_E_PLAN_MISSING;
	if (!read_headers(view)) {
		return;
	}
	check_headers(view);
	view->same_blob = view_has_blob(view, blob_of(false)) || view_has_blob(view, blob_of(true));
	read_plan(view);
	if (view->plan && view->plan_status == LETHE_OK) {
		check_plan(view);
	}
}

/* No digest covers the padding, so each of its bytes must be zero. */
static void check_padding(struct view *view)
{
	uint64_t at;

	if (coverage_find_stray(view, &at)) {
		explain(view, TOOL_CONTENT, LETHE_E_DIGEST,
			"byte at offset 0x%" PRIx64 " belongs to nothing and is not zero", at);
	}
}

/* True if the file has all bytes of the segment. */
static bool is_whole(const struct view *view, const struct lethe_segment *segment)
{
	return segment->source <= view->size && segment->file_size <= view->size - segment->source;
}

uint64_t view_digest_size(const struct view *view)
{
	const struct lethe_segment *segment;
	uint64_t size = 0;

	if (!view->plan) {
		return 0;
	}
	segment = lethe_plan_segments(view->plan);
	for (uint32_t i = 0; i < view->plan->segment_count; i++) {
		if (bundle_has_source_of(&segment[i]) && is_whole(view, &segment[i])) {
			size += segment[i].file_size;
		}
	}
	return size;
}

/* True if a segment's chunks lie in the plan's table: those of a damaged plan may not. */
static bool has_chunk_digests(const struct lethe_plan *plan, const struct lethe_segment *segment)
{
	return segment->chunk_shift >= LETHE_CHUNK_SHIFT_MIN &&
	       segment->chunk_shift <= LETHE_CHUNK_SHIFT_MAX &&
	       segment->first_chunk <= plan->chunk_count &&
	       lethe_segment_chunks(segment) <= plan->chunk_count - segment->first_chunk;
}

/* True if all bytes are as the plan says. */
static bool digest_segment(struct view *view, uint32_t index, struct progress *progress)
{
	struct lethe_segment segment = lethe_plan_segments(view->plan)[index];
	const uint8_t *expected;
	uint8_t *chunks;
	uint64_t count;
	uint64_t i;

	if (!has_chunk_digests(view->plan, &segment)) {
		segment.chunk_shift = 0;
		segment.first_chunk = 0;
	}
	expected = lethe_plan_chunks(view->plan) + segment.first_chunk * LETHE_DIGEST_SIZE;
	count = lethe_segment_chunks(&segment);
	chunks = tool_alloc((count + 1) * LETHE_DIGEST_SIZE);
	chunks_digest(&segment, view->bytes + segment.source, chunks, view->found[index], progress);
	for (i = 0; i < count && memcmp(chunks + i * LETHE_DIGEST_SIZE,
					expected + i * LETHE_DIGEST_SIZE, LETHE_DIGEST_SIZE) == 0;
	     i++) {
	}
	view->bad_chunk[index] = i < count ? i : UINT64_MAX;
	if (i < count) {
		memcpy(view->found[index], chunks + i * LETHE_DIGEST_SIZE, LETHE_DIGEST_SIZE);
	}
	free(chunks);
	return i == count && memcmp(view->found[index], segment.digest, LETHE_DIGEST_SIZE) == 0;
}

void view_digest(struct view *view, struct progress *progress)
{
	const struct lethe_segment *segment;

	if (view->has_blob && view->blob.plan_offset != 0 && !coverage_blob_is_sound(view)) {
		explain(view, TOOL_CONTENT, LETHE_E_DIGEST, "Lethe itself: %s",
			lethe_status_text(LETHE_E_DIGEST));
	}
	if (view->has_blob && view->blob.plan_offset != 0 && !coverage_self_is_sound(view)) {
		problem(view, TOOL_CONTENT, LETHE_E_SELF, NULL);
	}
	if (!efi_view_is_sound(&view->efi, view->bytes, view->size)) {
		explain(view, TOOL_CONTENT, LETHE_E_DIGEST, "EFI door: %s", lethe_status_text(LETHE_E_DIGEST));
	}
	if (!view->plan) {
		return;
	}
	check_padding(view);
	segment = lethe_plan_segments(view->plan);
	for (uint32_t i = 0; i < view->plan->segment_count; i++) {
		struct lethe_where where = {LETHE_WHAT_SEGMENT, i, segment[i].name, 0};

		if (!bundle_has_source_of(&segment[i])) {
			continue;
		}
		if (!is_whole(view, &segment[i])) {
			view->verdict[i] = VIEW_MISSING;
			problem(view, TOOL_CONTENT, LETHE_E_SEGMENT_SOURCE, &where);
			continue;
		}
		if (digest_segment(view, i, progress)) {
			view->verdict[i] = VIEW_OK;
			continue;
		}
		view->verdict[i] = VIEW_BAD;
		problem(view, TOOL_CONTENT, LETHE_E_DIGEST, &where);
	}
}

void view_close(struct view *view)
{
	free(view->plan);
	view->plan = NULL;
}

int view_code(const struct view *view)
{
	int code = TOOL_OK;

	for (unsigned int i = 0; i < view->problem_count; i++) {
		code = view->problem[i].code > code ? view->problem[i].code : code;
	}
	return code;
}

const char *view_verdict_text(enum view_verdict verdict)
{
	static const char *const text[] = {"unknown", "ok", "bad", "missing"};

	return text[verdict];
}

const char *view_hex(char *text, const uint8_t digest[LETHE_DIGEST_SIZE])
{
	for (unsigned int i = 0; i < LETHE_DIGEST_SIZE; i++) {
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	}
	return text;
}
