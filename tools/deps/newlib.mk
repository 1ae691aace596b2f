# SPDX-License-Identifier: BSD-2-Clause
#
# newlib.mk: the C library's string routines for the target, compiled from newlib's C (never
# its assembly, which makes unaligned accesses and uses FP registers) with our own flags.
#
#	in	O, NEWLIB_SRC, CC_TARGET, TARGET_CFLAGS, BTI_CFLAGS, NEWLIB_FUNCS
#	out	NEWLIB_OBJS	 the objects
#		NEWLIB_BTI_OBJS	 the same with BTI_CFLAGS
#		NEWLIB_CPPFLAGS	 for every C file of the target: newlib's headers and the compiler's
#		NEWLIB_HEADERS	 order-only prerequisite of every C file of the target

NEWLIB_FUNCS ?= memchr memcmp memcpy memmove memset strchr strcmp strlen strncmp strnlen strrchr

# The blob and the library have a memcpy and a memmove of their own: src/memmove.S.
NEWLIB_OBJS := $(patsubst %,$(O)/newlib/%.o,$(filter-out memcpy memmove,$(NEWLIB_FUNCS)))
NEWLIB_BTI_OBJS := $(NEWLIB_OBJS:$(O)/newlib/%=$(O)/newlib/bti/%)
NEWLIB_HEADERS := $(O)/newlib/include/newlib.h

# -nostdinc keeps the headers of a hosted cross compiler (glibc's) out. newlib's limits.h and stdint.h include the
# compiler's own, which older compilers have in two places. Deferred, because the compiler may not be installed yet when
# make reads this file.
NEWLIB_CPPFLAGS = -nostdinc -D_DEFAULT_SOURCE -isystem $(O)/newlib/include \
	-isystem $(NEWLIB_SRC)/newlib/libc/machine/aarch64 -isystem $(NEWLIB_SRC)/newlib/libc/include \
	$(TARGET_ISYSTEM)
TARGET_ISYSTEM = $(eval TARGET_ISYSTEM := $$(patsubst %,-isystem %,$$(filter /%,$$(foreach \
	d,include include-fixed,$$(shell $(CC_TARGET) -print-file-name=$$(d) 2>/dev/null)))))$(TARGET_ISYSTEM)

# At -Os newlib chooses its loops of single bytes: right for names, wrong for moves and comparisons of memory. The
# compiler must not turn a copying or filling loop into a call of the very function around the loop.
NEWLIB_FAST := memcmp memcpy memmove memset
NEWLIB_CFLAGS = $(if $(filter $(NEWLIB_FAST),$*),-O2,-Os) -fno-builtin -fno-tree-loop-distribute-patterns -w \
	-ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(O)=build -ffile-prefix-map=$(NEWLIB_SRC)=newlib

$(NEWLIB_FUNCS:%=$(O)/newlib/%.o): $(O)/newlib/%.o: $(NEWLIB_SRC)/newlib/libc/string/%.c $(NEWLIB_HEADERS) Makefile
	@mkdir -p $(@D)
	$(CC_TARGET) $(TARGET_CFLAGS) $(NEWLIB_CPPFLAGS) $(NEWLIB_CFLAGS) -c -o $@ $<
$(NEWLIB_BTI_OBJS): $(O)/newlib/bti/%.o: $(NEWLIB_SRC)/newlib/libc/string/%.c $(NEWLIB_HEADERS) Makefile
	@mkdir -p $(@D)
	$(CC_TARGET) $(TARGET_CFLAGS) $(BTI_CFLAGS) $(NEWLIB_CPPFLAGS) $(NEWLIB_CFLAGS) -c -o $@ $<

# The two results of newlib's configure, in the nano configuration, that the string routines read. Running configure
# takes longer than building all the rest, and only its headers would be used.
NEWLIB_NANO := _WANT_REENT_SMALL=1 _LITE_EXIT=1 _NANO_FORMATTED_IO=1 _HAVE_LONG_DOUBLE=1 \
	_MB_LEN_MAX=1 _HAVE_CC_INHIBIT_LOOP_TO_LIBCALL=1 _ATEXIT_DYNAMIC_ALLOC=1

$(O)/newlib/include/newlib.h: $(NEWLIB_SRC)/newlib/newlib.hin
	@mkdir -p $(@D)
	@sed $(foreach o,$(NEWLIB_NANO),-e 's/^#undef  *$(subst =,$$/#define & ,$(o))/') \
		-e 's/#define #undef/#define/' -e 's|^#undef .*|/* & */|' $< >$@.tmp && mv $@.tmp $@
