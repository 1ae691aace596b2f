/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a fuzz target without a fuzzer: N inputs from a seed, or the files named.
 *
 *	fuzz_NAME [-n N] [-s SEED] [FILE...]
 *
 * Input i depends on the seed and i alone. If the process dies, the line before says how to repeat
 * this one input. The input is also in fuzz_NAME.crash if the file could be written.
 */

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

static uint8_t input[FUZZ_INPUT_MAX];
static size_t input_size;
static uint64_t input_index;
static uint64_t seed;
static const char *program;

/* Called by abort(), and by the sanitizers before they end the process. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void on_death(void)
{
	char path[4096];
	FILE *file;

	fprintf(stderr, "%s: died at input %" PRIu64 "; again: -s 0x%" PRIx64 " -i %" PRIu64 "\n",
		program, input_index, seed, input_index);
	snprintf(path, sizeof(path), "%s.crash", program);
	file = fopen(path, "wb");
	if (file != NULL) {
		fwrite(input, 1, input_size, file);
		fclose(file);
	}
}

static void on_abort(int number)
{
	on_death();
	signal(number, SIG_DFL);
	raise(number);
}

static void one(uint64_t index)
{
	struct test_random random = {seed ^ (index + 1) * 0xd1342543de82ef95ULL};

	input_index = index;
	input_size = fuzz_make(&random, input, sizeof(input));
	LLVMFuzzerTestOneInput(input, input_size);
}

static int one_file(const char *path)
{
	FILE *file = fopen(path, "rb");

	if (file == NULL) {
		fprintf(stderr, "%s: %s: %s\n", program, path, strerror(errno));
		return 1;
	}
	input_size = fread(input, 1, sizeof(input), file);
	fclose(file);
	LLVMFuzzerTestOneInput(input, input_size);
	return 0;
}

int main(int argc, char **argv)
{
	const char *only = NULL;
	uint64_t count = 100000;
	clock_t start = clock();
	int failed = 0;
	int option;

	program = argv[0];
	seed = (uint64_t)time(NULL) * 0x9e3779b97f4a7c15ULL ^ (uint64_t)getpid();
	while ((option = getopt(argc, argv, "n:s:i:")) != -1) {
		switch (option) {
		case 'n': count = strtoull(optarg, NULL, 0); break;
		case 's': seed = strtoull(optarg, NULL, 0); break;
		case 'i': only = optarg; break;
		default:
			fprintf(stderr, "usage: %s [-n N] [-s SEED] [-i INDEX] [FILE...]\n",
				program);
			return 2;
		}
	}
	if (optind < argc) {
		for (int i = optind; i < argc; i++) {
			failed |= one_file(argv[i]);
		}
		return failed;
	}

	printf("%s: %" PRIu64 " inputs, seed 0x%" PRIx64 "\n", program, count, seed);
	fflush(stdout);
	if (__sanitizer_set_death_callback != NULL) {
		__sanitizer_set_death_callback(on_death);
	}
	signal(SIGABRT, on_abort);
	if (only != NULL) {
		one(strtoull(only, NULL, 0));
		return 0;
	}
	for (uint64_t i = 0; i < count; i++) {
		one(i);
	}
	failed = fuzz_report(count);
	printf("%s: %s, %.1f s\n", program, failed ? "FAILED" : "ok",
	       (double)(clock() - start) / CLOCKS_PER_SEC);
	return failed;
}
