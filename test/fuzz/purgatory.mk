# SPDX-License-Identifier: BSD-2-Clause
#
# The purgatory's objects and libfdt are those of the unit tests (test/unit/purgatory.mk); no libfuzzer_purgatory
# therefore: its libfdt would be compiled once for the code and its judge.
FUZZ_TARGETS += purgatory
FUZZ_SRCS_purgatory := test/fuzz/tree_input.c $(addprefix test/unit/purgatory_,symbols.c boot.c) \
	$(addprefix src/,stage.c sha256.c sha256_host.c)
FUZZ_LIBS_purgatory := -lfdt
$(O)/test/fuzz/fuzz_purgatory: $(O)/test/obj/purgatory.o
