/* SPDX-License-Identifier: BSD-2-Clause */
#include "digest/verdict.h"

#include "console/console.h"
#include "cpu/counter.h"
#include "digest/progress.h"

void lethe_verdict_print(struct lethe_context *ctx, unsigned int index)
{
	const struct lethe_segment *segment = &ctx->segments[index];
	const uint64_t ticks = ctx->verify_ticks[index];
	const uint64_t cpus = ctx->verify_cpus[index];
	const char *format = cpus != 0 ? "%s %u sha256 ok, %u cpus" : "%s %u sha256 ok";
	uint64_t rate = lethe_counter_rate();
	uint64_t first = cpus;

	if (rate != 0 && ticks != 0) {
		format = cpus != 0 ? "%s %u sha256 ok %u ms %u MiB/s, %u cpus"
				   : "%s %u sha256 ok %u ms %u MiB/s";
		first = ticks * 1000 / rate;
		rate = lethe_progress_rate(segment->file_size, ticks);
	}
	lethe_console_line(format, segment->name, segment->file_size, first, rate, cpus);
	ctx->has_verdict[index] = true;
}
