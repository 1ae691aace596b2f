// SPDX-License-Identifier: BSD-2-Clause
/*
 * flat FILE ADDRESS: the minimum for kexec_load(2). An arm64 Image goes to ADDRESS, with the memory
 * size of its header, and is the entry: no purgatory runs first, and x0 is 0. `kexec -e` starts it.
 */
#include <fcntl.h>
#include <linux/kexec.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define IMAGE_SIZE_AT 16

static int fail(const char *what)
{
	perror(what);
	return 1;
}

int main(int argc, char **argv)
{
	struct kexec_segment segment;
	uint64_t image_size;
	struct stat stat;
	int file;

	if (argc != 3) {
		fprintf(stderr, "usage: flat FILE ADDRESS\n");
		return 2;
	}
	file = open(argv[1], O_RDONLY);
	if (file < 0 || fstat(file, &stat) != 0) {
		return fail(argv[1]);
	}
	segment.buf = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, file, 0);
	if (segment.buf == MAP_FAILED) {
		return fail("mmap");
	}
	memcpy(&image_size, (const char *)segment.buf + IMAGE_SIZE_AT, sizeof(image_size));
	segment.bufsz = (size_t)stat.st_size;
	segment.mem = (void *)strtoull(argv[2], NULL, 0);
	segment.memsz = image_size;
	if (syscall(SYS_kexec_load, segment.mem, 1L, &segment, KEXEC_ARCH_AARCH64) != 0) {
		return fail("kexec_load");
	}
	return 0;
}
