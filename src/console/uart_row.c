/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UARTs that are a status to poll and a register to store a character in: one row each.
 *
 *	imx		i.MX up to 8M (IMX8MPRM, UART: UTXD, UCR1, UCR2, USR2, UTS)
 *	meson		Amlogic (S905 datasheet, UART: WFIFO, CONTROL, STATUS)
 *	lpuart		i.MX 7ULP, 8, 9 (IMX93RM, LPUART: CTRL, STAT, DATA), behind VERID .. PINCFG
 *	lpuart32	the same without these four registers (LS1028ARM)
 *	cdns		Cadence (UG1087, UART: Control, Channel_sts, TX_RX_FIFO)
 *	armada3700	Marvell (88F37xx functional specification, UART: TSH, STAT)
 *	samsung		S5PV210 and later, Exynos, GS101 (Exynos 5250 manual, UTRSTAT, UFSTAT, UTXH)
 *	em		Renesas EMMA Mobile, RZ/V2M: an 8250 with LSR in another place
 *
 * The flags are those that Linux's early consoles use (drivers/tty/serial).
 */
#include "console/uart_drivers.h"

#include "cpu/fault.h"

/* Bits of a 32-bit register: set as wanted if (register & mask) == value. Mask 0: no register. */
struct bits {
	uint16_t offset;
	uint32_t mask;
	uint32_t value;
};

struct row {
	struct bits ready; /* takes a character */
	struct bits idle;  /* and the last bit has left */
	struct bits on[2]; /* the transmitter is on */
	uint16_t data;     /* offset of the register that takes a character */
	bool data_is_byte; /* a word there is not shown to work */
};

#define BIT(n) (1U << (n))

/* A kind's place in the table: the kinds of this file have consecutive numbers. */
#define ROW(kind) ((kind)-LETHE_UART_imx)

static const struct row rows[] = {
	[ROW(LETHE_UART_imx)] =
		{
			.ready = {0xb4, BIT(4), 0},                             /* UTS.TXFULL */
			.idle = {0x98, BIT(3), BIT(3)},                         /* USR2.TXDC */
			.on = {{0x80, BIT(0), BIT(0)}, {0x84, BIT(2), BIT(2)}}, /* UARTEN, TXEN */
			.data = 0x40,
		},
	[ROW(LETHE_UART_meson)] =
		{
			.ready = {0x0c, BIT(21), 0},                /* TX_FULL */
			.idle = {0x0c, BIT(25) | BIT(22), BIT(22)}, /* XMIT_BUSY, TX_EMPTY */
			.on = {{0x08, BIT(12), BIT(12)}},           /* TX_EN */
			.data = 0x00,
		},
	[ROW(LETHE_UART_lpuart)] =
		{
			.ready = {0x14, BIT(23), BIT(23)}, /* STAT.TDRE */
			.idle = {0x14, BIT(22), BIT(22)},  /* STAT.TC */
			.on = {{0x18, BIT(19), BIT(19)}},  /* CTRL.TE */
			.data = 0x1c,
		},
	[ROW(LETHE_UART_lpuart32)] =
		{
			.ready = {0x04, BIT(23), BIT(23)},
			.idle = {0x04, BIT(22), BIT(22)},
			.on = {{0x08, BIT(19), BIT(19)}},
			.data = 0x0c,
		},
	[ROW(LETHE_UART_cdns)] =
		{
			.ready = {0x2c, BIT(4), 0},               /* TFUL */
			.idle = {0x2c, BIT(11) | BIT(3), BIT(3)}, /* TACTIVE, TEMPTY */
			.on = {{0x00, BIT(5) | BIT(4), BIT(4)}},  /* TXDIS, TXEN */
			.data = 0x30,
		},
	[ROW(LETHE_UART_armada3700)] =
		{
			.ready = {0x0c, BIT(11), 0}, /* TX_FIFO_FULL */
			/* FIFO and shifter empty */
			.idle = {0x0c, BIT(13) | BIT(6), BIT(13) | BIT(6)},
			.data = 0x04,
		},
	/* One character at a time: right with the FIFO on and off, whose full flags differ. */
	[ROW(LETHE_UART_samsung)] =
		{
			.ready = {0x10, BIT(2), BIT(2)},          /* UTRSTAT: shifter empty */
			.idle = {0x18, BIT(24) | 0xffU << 16, 0}, /* UFSTAT: full, count */
			.data = 0x20,
		},
	[ROW(LETHE_UART_em)] =
		{
			.ready = {0x18, BIT(5), BIT(5)}, /* LSR.THRE */
			.idle = {0x18, BIT(6), BIT(6)},  /* LSR.TEMT */
			.data = 0x00,
			.data_is_byte = true,
		},
};

static const struct row *row_of(const struct lethe_uart *uart)
{
	return &rows[ROW((uint32_t)uart->kind)];
}

static volatile uint32_t *register_at(const struct lethe_uart *uart, uint32_t offset)
{
	return (volatile uint32_t *)(uart->base + offset);
}

/* False if the control register faults. */
static bool turn_on(const struct lethe_uart *uart, const struct bits *on)
{
	uint32_t value;

	/* Without bits there is no register: a read at offset 0 could take a received character. */
	if (on->mask == 0) {
		return true;
	}
	if (lethe_probe_read(uart->base + on->offset, &value, 4, false) != 0) {
		return false;
	}
	if ((value & on->mask) != on->value) {
		*register_at(uart, on->offset) = (value & ~on->mask) | on->value;
	}
	return true;
}

bool lethe_uart_row_open(struct lethe_uart *uart)
{
	const struct row *row = row_of(uart);
	uint32_t value;

	return lethe_probe_read(uart->base + row->ready.offset, &value, 4, false) == 0 &&
	       turn_on(uart, &row->on[0]) && turn_on(uart, &row->on[1]);
}

/* 0 if the status bits are as wanted, else flag. */
static unsigned int flag_unless(const struct lethe_uart *uart, const struct bits *wanted,
				unsigned int flag)
{
	uint32_t value = *register_at(uart, wanted->offset);

	if (value == UINT32_MAX) { /* no status has all bits set */
		return LETHE_UART_GONE;
	}
	return (value & wanted->mask) == wanted->value ? 0 : flag;
}

unsigned int lethe_uart_row_status(const struct lethe_uart *uart)
{
	const struct row *row = row_of(uart);

	return flag_unless(uart, &row->ready, LETHE_UART_FULL | LETHE_UART_SENDING) |
	       flag_unless(uart, &row->idle, LETHE_UART_SENDING);
}

void lethe_uart_row_send(const struct lethe_uart *uart, char c)
{
	const struct row *row = row_of(uart);

	if (row->data_is_byte) {
		*(volatile uint8_t *)(uart->base + row->data) = (uint8_t)c;
	} else {
		*register_at(uart, row->data) = (uint8_t)c;
	}
}
