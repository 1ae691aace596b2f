/* SPDX-License-Identifier: BSD-2-Clause */
/* What the door's files call beside firmware: the console, and what needs an arm64 machine. */
#include "efi_world.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "console/console.h"
#include "console/report.h"
#include "cpu/counter.h"
#include "efi/sync.h"

static char said[8192];

void lethe_console_line(const char *format, ...)
{
	va_list args;
	size_t used = strlen(said);

	va_start(args, format);
	for (; *format != '\0' && used < sizeof(said) - 64; format++) {
		if (*format != '%') {
			said[used++] = *format;
			continue;
		}
		switch (*++format) {
		case 's': used += (size_t)sprintf(said + used, "%.60s", va_arg(args, const char *)); break;
		case 'u': used += (size_t)sprintf(said + used, "%lu", va_arg(args, uint64_t)); break;
		default: used += (size_t)sprintf(said + used, "%lx", va_arg(args, uint64_t)); break;
		}
	}
	va_end(args);
	said[used++] = '\n';
	said[used] = '\0';
}

void lethe_report_fail(enum lethe_stage stage, int status, const struct lethe_where *where)
{
	(void)stage;
	(void)where;
	lethe_console_line("FAIL %s", lethe_status_name(status));
}

uint64_t lethe_counter_rate(void)
{
	return 1000;
}

const char *lethe_stage_name(enum lethe_stage stage)
{
	(void)stage;
	return "stage";
}

/* Behind it memory may be executed. */
void lethe_efi_sync(uint64_t start, uint64_t end)
{
	assert_int_equal(mprotect((void *)(start & -4096UL), end - (start & -4096UL), PROT_READ | PROT_WRITE | PROT_EXEC), 0);
}

char *world_said(void)
{
	static char text[sizeof(said)];

	memcpy(text, said, sizeof(text));
	said[0] = '\0';
	return text;
}
