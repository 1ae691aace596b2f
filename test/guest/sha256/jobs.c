/* SPDX-License-Identifier: BSD-2-Clause */
#include "jobs.h"

#include <stddef.h>

#include <lethe/sha256.h>

#define UART 0x09000000UL

_Static_assert(sizeof(struct job) == JOB_SIZE, "");
_Static_assert(offsetof(struct job, kind) == JOB_KIND, "");
_Static_assert(offsetof(struct job, trap) == JOB_TRAP, "");
_Static_assert(offsetof(struct job, v31) == JOB_V31, "");

static void begin(struct lethe_sha256 *sha, const struct job *job)
{
	if (job->kind & KIND_SIMD) {
		lethe_sha256_init_simd(sha);
	} else {
		lethe_sha256_init(sha);
	}
}

/* SHAVS, section 6.4: the last three digests are the next message. */
static void monte(struct job *job)
{
	uint8_t last[3][LETHE_SHA256_SIZE];
	const uint8_t *seed = (const uint8_t *)job->data;
	struct lethe_sha256 sha;

	for (unsigned int i = 0; i < sizeof(last); i++) {
		last[i / LETHE_SHA256_SIZE][i % LETHE_SHA256_SIZE] = seed[i % LETHE_SHA256_SIZE];
	}
	for (unsigned int turn = 0; turn < 1000; turn++) {
		begin(&sha, job);
		for (unsigned int i = 0; i < 3; i++) {
			lethe_sha256_update(&sha, last[(turn + i) % 3], LETHE_SHA256_SIZE);
		}
		lethe_sha256_final(&sha, last[turn % 3]);
	}
	for (unsigned int i = 0; i < LETHE_SHA256_SIZE; i++) {
		job->digest[i] = last[999 % 3][i];
	}
}

static void take(struct lethe_sha256 *sha, const struct job *job, uint64_t start, uint64_t end)
{
	const void *data = (const void *)(job->data + start);

	if (job->dest != 0) {
		lethe_sha256_copy(sha, (void *)(job->dest + start), data, end - start);
	} else {
		lethe_sha256_update(sha, data, end - start);
	}
}

void run_job(struct job *job)
{
	struct lethe_sha256 sha;

	if (job->kind & KIND_MONTE) {
		monte(job);
		return;
	}
	begin(&sha, job);
	take(&sha, job, 0, job->cut[0]);
	take(&sha, job, job->cut[0], job->cut[1]);
	take(&sha, job, job->cut[1], job->size);
	if (job->kind & KIND_LAST) {
		sha.simd = 0;
	}
	lethe_sha256_final(&sha, job->digest);
}

static void put(char c)
{
	*(volatile uint32_t *)UART = (uint8_t)c;
}

static void put_number(uint64_t value)
{
	put(' ');
	for (int shift = 60; shift >= 0; shift -= 4) {
		unsigned int digit = (value >> shift) & 15;

		put((char)(digit < 10 ? '0' + digit : 'a' + digit - 10));
	}
}

/* letter 0: all is well */
void report(int letter, uint64_t value, uint64_t job)
{
	const char *text = letter == 0 ? "sha256: end\r\n" : "sha256: wrong ";

	for (; *text != 0; text++) {
		put(*text);
	}
	if (letter != 0) {
		put((char)letter);
		put_number(job);
		put_number(value);
		put('\r');
		put('\n');
	}
	for (;;) {
		__asm__ volatile("wfi");
	}
}
