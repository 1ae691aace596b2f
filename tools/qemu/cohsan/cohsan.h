/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cohsan: a checker of cache coherence. docs/internals/cohsan.md has the model. The files:
 *
 *	plugin.c	QEMU's callbacks		door.c		the start and the stop
 *	awake.c		whether it is between them, and the lock
 *	options.c	the arguments		start.c	the loaded image
 *	elf.c		symbols and loaded parts of an ELF
 *	decode.c	the instructions that matter: insn.h
 *	cpu.c		a CPU's registers		context.c	and their synchronization
 *	space.c		RAM and flash, secure and non-secure addresses: space.h
 *	shadow.c	the contents that caches may hold of each byte
 *	access.c	the rules for loads and stores		fetch.c	for instruction fetches
 *	twin.c		the line of the same memory in the other space
 *	undone.c	stores into lines that are older than memory
 *	maint.c		dc, tlbi, and the completion of all maintenance
 *	icache.c	ic, and what instruction caches may hold
 *	walk.c		translation tables		map.c	all that a set of tables maps
 *	handoff.c	the last look		report.c	the reports
 *	quick.c		what changes nothing, found without the lock, which each other callback holds
 *	wait.c		CPUs that wait for others
 */
#ifndef COHSAN_H
#define COHSAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "insn.h"
#include "space.h"

#define GRANULE	 64U   /* bytes of one shadow cell; a cache line is several cells or part of one */
#define PAGE	 4096U /* bytes of one shadow page */
#define CPUS_MAX 64
#define ALL	 (~0ULL)

/* ---- options.c ---- */

enum world { WORLD_HOSTILE, WORLD_DIRTY, WORLD_STALE, WORLD_CLEAN };

struct range {
	uint64_t lo;
	uint64_t hi;	   /* exclusive */
	enum world world;  /* of an initial range */
	const char *name;  /* of a published range */
	bool passed;	   /* an Image's first instruction was seen */
};

struct ranges {
	struct range *at;
	size_t count;
};

struct options {
	const char *elf;
	const char *json;
	uint64_t start;
	uint64_t stop;
	bool has_start;
	bool stop_is_handoff;
	unsigned long max; /* 0: no end */
	struct ranges world;
	struct ranges publish;
	struct ranges read;
	struct ranges write;
	struct ranges mapped; /* by firmware or a hypervisor */
	struct ranges polled; /* by CPUs that look until they see another value */
	struct ranges ram;	 /* where the start does not tell */
	struct ranges flash;
	struct ranges secure;	 /* secure lines from before the start may be here, and no others */
	struct ranges through;	 /* Images that are no hand-off */
};

extern struct options options;
bool options_parse(int argc, char **argv); /* false: said why on stderr */
void ranges_add(struct ranges *ranges, struct range range);
void start_image(const struct insn *insn); /* start.c: adds the loaded image to the world */

/* ---- elf.c ---- */

bool elf_open(const char *path); /* false: said why */
bool elf_symbol(const char *name, uint64_t *address);
uint64_t elf_entry(void);
/* If pa lies outside the ELF's own addresses, the ELF runs at another address. */
void elf_loaded_at(uint64_t pa);
/* Adds the file-backed parts at their load addresses; false if the ELF has none. */
bool elf_image(struct ranges *ranges);
/* "name+0x..", or "?". */
const char *elf_name(uint64_t pc, char *buffer, size_t size);

/* ---- report.c ---- */

/* One report. where: the place of the line state; pa may lie outside RAM. */
struct place {
	uint64_t pc;
	uint64_t va;
	uint64_t pa;
	unsigned int el;
	bool exact; /* pc is exact, not the PC of a shared translation */
};
void report(const char *kind, const struct place *place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
unsigned long report_count(void);
void report_stop(uint64_t pc, unsigned int el);
void report_json(void);

/* ---- cpu.c ---- */

enum reg {
	R_SCTLR,
	R_CPACR, /* CPTR at EL2 and EL3 */
	R_TTBR0,
	R_TTBR1,
	R_TCR,
	R_TCR2,
	R_MAIR,
	R_VBAR,
	R_FAR,
	R_COUNT
};
#define R_HCR	    (4 * R_COUNT) /* behind the banks of EL0 (unused) to EL3 */
#define R_SRE	    (R_HCR + 1)	   /* ICC_SRE_EL2 */
#define R_SCR	    (R_HCR + 2)	   /* SCR_EL3 */
#define REGS	    (R_SCR + 1)
#define REG(el, r)  ((el) * R_COUNT + (r))
#define SCTLR_M	    (1ULL << 0)
#define SCTLR_A	    (1ULL << 1)
#define SCTLR_C	    (1ULL << 2)
#define SCTLR_I	    (1ULL << 12)
#define SCTLR_EE    (1ULL << 25)
#define HCR_VM	    (1ULL << 0)
#define HCR_DC	    (1ULL << 12)
#define HCR_TGE	    (1ULL << 27)
#define HCR_E2H	    (1ULL << 34)
#define SCR_NS	    (1ULL << 0)

/*
 * What an ic removes, by the time of the change. A change is visible once a DSB has completed it: then an ic of
 * any CPU that comes later removes it. Of other changes an ic removes its own CPU's, up to the last DSB.
 */
struct ic_reach {
	uint64_t visible;
	uint64_t other;
};

struct pending { /* a dc, ic or tlbi that no DSB has completed */
	uint64_t pa;
	struct ic_reach reach;
	uint8_t kind;	  /* enum kind */
	uint8_t op;
	uint8_t needs;	  /* enum domain */
	uint8_t regime;	  /* of a TLBI */
	bool broadcast;
};

enum memory { MEMORY_DEVICE, MEMORY_NC, MEMORY_CACHED, MEMORY_FAULT };

struct translation {
	uint64_t vpage;
	uint64_t page;	/* PA */
	uint64_t key;	/* regime and generation; 0: empty */
	enum memory memory;
	bool shared;	/* a dc reaches the caches of all CPUs */
};

#define TLB_SIZE 1024

struct map { /* what a regime's tables map as cacheable, as last read */
	struct ranges ranges;
	unsigned int regime;
	bool on;		/* M and C are set */
	bool stale;		/* to be read again */
};

struct cpu {
	bool awake;
	unsigned int index;
	unsigned int el;		/* exception level */
	uint64_t reg[REGS];	/* as last written */
	uint64_t synced[REGS];	/* as of the last context synchronization */
	bool unsynced;		/* some register differs */
	uint64_t ctr;
	uint64_t line;		/* bytes, DminLine */
	uint64_t iline;
	uint64_t zva;
	bool has_vhe;
	bool has_left;		/* by svc, hvc, smc: to QEMU's firmware perhaps, for long, and out of reset again */
	bool has_ets2;		/* a walk is ordered with its access: a new descriptor needs no ISB */
	bool idc;		/* no dc is needed for the I-side */
	bool dic;		/* nor an ic */

	/* Barriers so far. dsb_time: time of the last full-system DSB. */
	uint32_t dmb_sys;	/* dmb or dsb, full type, whole system */
	uint32_t dsb_any;	/* DSBs that wait for stores */
	uint32_t dsb_synced;	/* those before the last ISB */
	uint32_t dsb_sys;
	uint64_t dsb_time;
	uint64_t dsb_ish_time;
	uint64_t isb_time;

	/* By ic of everything: complete, complete before the last ISB, not completed by a DSB. */
	struct ic_reach ic_done;
	struct ic_reach ic_synced;
	struct ic_reach ic_issued;
	bool ic_direct;		/* one was complete while I = 0 */
	bool tlb_known[4];	/* by regime: TLBI completed since the start */
	uint64_t tlb_last[4];	/* the map when M was last on */

	struct pending *pending;
	size_t pending_count;
	size_t pending_room;

	struct cell **stored;	/* cells stored uncached since the last DSB to the system */
	size_t stored_count;
	size_t stored_room;

	struct translation tlb[TLB_SIZE];
	uint64_t tlb_generation;

	struct map map[2];	/* of the levels below EL3; of EL3 */
};

extern struct cpu cpus[CPUS_MAX];
extern unsigned int cpus_awake;
#define BEFORE_START 1		/* a time; 0: never */
extern uint64_t now;		/* model time */

void cpu_wake(struct cpu *cpu, unsigned int index);
uint64_t cpu_x(unsigned int number); /* of the CPU that runs the callback */
uint64_t cpu_pc(uint64_t translated); /* of the current instruction, by translation address */
uint64_t cpu_named(const char *name); /* a system register by QEMU's name; 0 if QEMU has none */
unsigned int cpu_el(void);
unsigned int cpu_daif(void);
bool cpu_e2h(const struct cpu *cpu);
unsigned int cpu_regime(const struct cpu *cpu, unsigned int el); /* 1, 2 or 3 */
bool cpu_mmu(const struct cpu *cpu, unsigned int regime);
bool cpu_caches(const struct cpu *cpu, unsigned int regime); /* M and C, or DC */
bool cpu_fetch_caches(const struct cpu *cpu, unsigned int regime); /* M = 0, I = 1 */
uint64_t cpu_space(const struct cpu *cpu, unsigned int regime); /* SECURE if its accesses can be secure */
void cpu_msr(struct cpu *cpu, const struct insn *insn);

/* ---- context.c ---- */

void context_complain(const struct place *place, const char *name);
void context_sync(struct cpu *cpu); /* ISB, ERET, exception entry */
bool context_is_vector(const struct cpu *cpu, uint64_t pc, unsigned int el);
/* At the first instruction of a block that may be a vector: true if an exception led here. */
void context_exception(struct cpu *cpu, uint64_t pc, unsigned int el);
/* The unsynchronized register that a walk for va reads; 0: none. */
const char *context_translation(const struct cpu *cpu, unsigned int regime, unsigned int el,
				uint64_t va);
/* Reports each register that is used before its synchronization. */
void context_rely_memory(struct cpu *cpu, const struct place *place);
void context_rely(struct cpu *cpu, const struct insn *insn);

/* ---- shadow.c ---- */

struct cell {
	/* One bit for each byte; docs/internals/cohsan.md explains each. The fields that a load
	 * reads come first. */
	uint64_t stale;
	uint64_t newer;
	uint64_t thrown;
	uint64_t undone;	/* newer in memory, beside a cached store: undone.c */
	uint64_t present;
	uint64_t dirty;
	uint64_t not_pou;
	uint64_t cleaning;	/* a dc to the PoC was issued after the last store */
	uint64_t cleaning_pou;
	uint64_t stored;	/* uncached, by store_cpu, not completed */
	uint64_t recent;	/* stored, and no DSB since */
	uint64_t read;		/* uncached, while dirty */
	uint64_t changed;	/* time of the last change for the I-side, or of the DSB that completed it; 0: none */
	uint64_t changed_bytes;	/* bytes changed since the line was last known good */
	uint64_t ivau;		/* an ic ivau removed all changes up to this time */
	uint64_t isb_after;	/* time of its completion */
	uint64_t history;	/* up to when the page's history was applied */
	uint32_t store_dmb;	/* barrier numbers of store_cpu at the last store */
	uint32_t store_dsb;
	uint8_t store_cpu;
	bool store_uncached;
	bool visible;		/* changed is the time of a DSB */
};

struct page {
	struct cell cell[PAGE / GRANULE];
	uint64_t pa;
	uint64_t history;	/* last time at which any line may have been filled */
	uint64_t map_key;	/* mapped is valid for this state of all maps */
	bool mapped;
	bool fetched;		/* fetched with M = 0 and I = 1, this page or the page before */
	bool has_code;
};

struct page *shadow_page(uint64_t pa);
struct cell *shadow_cell(uint64_t pa); /* pa in RAM; presence brought up to date */
struct cell *shadow_cell_in(struct page *page, uint64_t pa); /* the same in a given page */
struct page *shadow_page_if(uint64_t pa); /* 0: the page was never touched */
void shadow_initial(uint64_t pa, struct cell *cell);
/* Bytes [pa, pa + size) as a mask of pa's cell; size is cut at the cell's end. */
uint64_t shadow_mask(uint64_t pa, uint64_t size);
uint64_t shadow_line_mask(const struct cpu *cpu, uint64_t pa); /* bytes of pa's line within pa's cell */
bool shadow_line_any(const struct cpu *cpu, uint64_t pa, struct cell *cell, size_t field); /* cell: pa's */
void shadow_line_clear(const struct cpu *cpu, uint64_t pa, size_t field);
#define FIELD(name) offsetof(struct cell, name)

/* ---- undone.c ---- */

void undone_begin(struct cpu *cpu, const struct place *place); /* this store hits a line with newer bytes */
void undone_replaced(void);			/* a store has replaced some of them */
void undone_say(uint64_t lo, uint64_t hi);	/* of lines that touch [lo, hi): reports what is left */
/* True if a line may be filled now. */
bool shadow_mapped(struct page *page);
void shadow_fetched(uint64_t pa);	/* an instruction was, with M = 0 and I = 1 */
void shadow_fetching_ends(void);
void shadow_map_ends(const struct ranges *map);
const char *shadow_text(const struct cell *cell, uint64_t mask, char *buffer, size_t size);

/* ---- walk.c, map.c ---- */

/* place's va as the CPU sees it. */
struct translation walk(struct cpu *cpu, unsigned int regime, const struct place *place);
/* The remembered result of walk(); 0 if none. */
const struct translation *walk_known(struct cpu *cpu, unsigned int regime, uint64_t va);
/* The same with the MMU off as well; false: only the tables tell. */
bool walk_needs_no_tables(struct cpu *cpu, unsigned int regime, uint64_t va, struct translation *to);
void walk_flush(struct cpu *cpu);
uint64_t walk_fetch_space(struct cpu *cpu, unsigned int regime, uint64_t va); /* SECURE: the fetch is secure */
struct walk_table { /* how a TTBR is to be read */
	uint64_t base;	/* and its space */
	unsigned int bits;	/* of input address */
	unsigned int granule;	/* log2 */
	bool may_hit;	/* in some cache */
	bool must_hit;	/* in every cache that holds the line */
	bool disabled;
	uint64_t mair;
};
struct walk_table walk_table(const struct cpu *cpu, unsigned int regime, bool upper);
bool walk_visible(const struct walk_table *table, uint64_t pa, const struct place *place);
enum memory walk_memory(uint64_t mair, uint64_t descriptor);
uint64_t walk_next(uint64_t table, uint64_t descriptor, unsigned int granule); /* table, and its space */
uint64_t walk_space(uint64_t table, uint64_t descriptor); /* of a page or block */
/* M and C go on or off, or the tables have changed. If place is given, invisible descriptors are
 * reported. */
void map_enter(struct cpu *cpu, unsigned int regime, const struct place *place);
void map_leave(struct cpu *cpu, unsigned int regime);
void map_changed(struct cpu *cpu);
extern uint64_t maps_key;	/* changes when any CPU's map may have */
bool map_covers_now(uint64_t page);

/* ---- access.c, fetch.c, maint.c, icache.c ---- */

void access_data(struct cpu *cpu, const struct insn *insn, uint64_t va, unsigned int size, bool store);
/* Called before the store: an exclusive store with an open monitor stores nothing. */
bool access_exclusive_is_good(const struct cpu *cpu, const struct insn *insn);
void access_exclusive(struct cpu *cpu, const struct insn *insn, uint64_t va);
bool access_allowed(const struct ranges *ranges, uint64_t pa, uint64_t size);
bool access_is_polled(uint64_t pa);
void access_store(struct cpu *cpu, struct place *at, uint64_t size, bool cached); /* advances at */

struct run { /* instructions fetched with no event between them */
	uint64_t pc;
	uint64_t pa;	/* 0: not in RAM */
	const void *host;
	uint32_t size;
	uint8_t el;
	bool may_be_vector;
	uint64_t good[]; /* for each CPU: the generation of its last clean check */
};
void fetch_forget(void); /* the verdict on a fetch might change */
bool fetch_is_good(const struct cpu *cpu, const struct run *run);
void fetch(struct cpu *cpu, struct run *run);

void maint_dc(struct cpu *cpu, const struct insn *insn, uint64_t va);
void maint_mmu_on(struct cpu *cpu, unsigned int regime, const struct place *place);
void maint_caches_on(struct cpu *cpu, const struct place *place);
void maint_tlbi(struct cpu *cpu, const struct insn *insn);
void maint_dmb(struct cpu *cpu, const struct insn *insn);
void maint_dsb(struct cpu *cpu, const struct insn *insn);
void maint_push(struct cpu *cpu, struct pending pending); /* until a DSB */

void icache_ic(struct cpu *cpu, const struct insn *insn, uint64_t va);
void icache_complete(struct cpu *cpu, const struct pending *pending);
bool icache_reached(const struct ic_reach *reach, const struct cell *cell);
/* True if the I-side of this CPU holds nothing older than the cell's last change. */
bool icache_synced(const struct cpu *cpu, const struct cell *cell);
/* True if an ic ivau of this byte's line is issued after the last change, and not completed. */
bool icache_ivau_pends(const struct cpu *cpu, uint64_t pa, const struct cell *cell);

extern uint64_t icache_last_ivau; /* the latest time at which an ic ivau was complete */

/* ---- handoff.c ---- */

void handoff(struct cpu *cpu, uint64_t pc, uint64_t pa, bool is_image);
void handoff_through(struct cpu *cpu, uint64_t pc, const struct range *image); /* it starts the next one */
bool is_image(const void *host);

#endif
