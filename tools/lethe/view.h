/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_VIEW_H
#define LETHE_TOOL_VIEW_H

/* A bundle as found in a file, sound or damaged: all readable parts, and every problem. */

#include <stdbool.h>
#include <stdint.h>

#include <lethe/image.h>
#include <lethe/place.h>
#include <lethe/plan.h>

#include "bundle.h"
#include "efi_view.h"
#include "progress.h"
#include "tool.h"

enum view_verdict {
	VIEW_UNKNOWN, /* not in this file, or not read */
	VIEW_OK,
	VIEW_BAD,    /* the digest does not match */
	VIEW_MISSING /* the file ends before the segment does */
};

struct view_problem {
	int code;   /* TOOL_CONTENT or TOOL_UNREADABLE */
	int status; /* LETHE_E_... */
	enum lethe_what what;
	unsigned int index;
	char text[TOOL_REASON_SIZE];
};

#define VIEW_PROBLEM_MAX (LETHE_SEGMENT_MAX + 16U)

struct view {
	const uint8_t *bytes;
	uint64_t size;
	bool has_image; /* image is filled in */
	bool has_blob;  /* blob is filled in, and its magic is right */
	bool same_blob; /* the code is that of this command's own blob */
	struct lethe_image_header image;
	struct lethe_blob_header blob;
	struct efi_view efi;
	struct lethe_plan *plan; /* an aligned copy with readable arrays, or null */
	int plan_status;         /* of lethe_plan_check(); 0 only when plan is not null */
	enum view_verdict verdict[LETHE_SEGMENT_MAX];
	uint8_t found[LETHE_SEGMENT_MAX][LETHE_DIGEST_SIZE]; /* when OK or BAD */
	uint64_t bad_chunk[LETHE_SEGMENT_MAX]; /* of the segment, the first; else UINT64_MAX */
	bool placed;                           /* placement is filled in */
	struct bundle_placement placement;
	unsigned int problem_count;
	struct view_problem problem[VIEW_PROBLEM_MAX];
};

/* Reads and checks all but the segments' digests. bytes must outlive the view. */
void view_open(struct view *view, const uint8_t *bytes, uint64_t size);

/* view_blob.c: true if the bundle's code is this blob. */
bool view_has_blob(const struct view *view, struct blob blob);

/* The number of bytes that view_digest() will read: all segments that are whole in the file. */
uint64_t view_digest_size(const struct view *view);

/* Digests every segment that the file has whole. progress may be null. */
void view_digest(struct view *view, struct progress *progress);

void view_close(struct view *view);

/* The exit code: the highest code of all problems, or TOOL_OK. */
int view_code(const struct view *view);

/* "ok", "bad", "missing", "unknown". */
const char *view_verdict_text(enum view_verdict verdict);

/* 64 hexadecimal digits; text takes 65 bytes. */
const char *view_hex(char *text, const uint8_t digest[LETHE_DIGEST_SIZE]);

/* inspect.c draws with these: map.c and json.c. */
void map_print(const struct view *view);
void json_print(const struct view *view, const char *name);
void json_string(const char *text, size_t limit);

/* inspect.c and verify.c: all that they print of a bundle but its problems. */
void inspect_print(const struct view *view, const char *name);
void verify_print(const struct view *view);

#endif
