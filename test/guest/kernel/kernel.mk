# SPDX-License-Identifier: BSD-2-Clause
#
# A small kernel that has what Debian's lacks, kexec_file_load(2) and a short boot. Debian's source,
# 140 MB and some minutes of building, once: check-qemu-long alone needs it.

TINY ?= $(O)/deps/tiny/Image
export TINY

check-qemu-long: $(TINY)
TINY_PARTS := $(wildcard test/kernel/*.c)
$(O)/deps/tiny/Image: test/kernel/tiny.config test/kernel/build.sh $(TINY_PARTS)
	$(DEPS_ENV) $(DEPS_DIR)/deps.sh --for long
	test/kernel/build.sh '$@' '$(LINUX_SRC)' $< \
		'$(if $(filter %gcc,$(ARM64_CC)),$(ARM64_CC:%gcc=%))' $(TINY_PARTS)
