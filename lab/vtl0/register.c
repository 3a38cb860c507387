// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Reads, fills and checks registers that a TDX module does not switch between VTL0 and VTL2.
 *
 * The compiler does not use vector registers in this program, so that they keep the values
 * that are loaded here.
 */
#include "guest.h"
#include "machine.h"

#define VECTORS		16
#define STACK_REGISTERS	8
#define MXCSR_RESET	0x1f80
#define MXCSR_ROUNDING	13

/**
 * struct vectors - the contents of the floating-point and vector registers
 * @wide:  YMM0 to YMM15; without AVX, only the lower half of each
 * @stack: the x87 registers, as integers
 * @mxcsr: the control word of SSE
 */
struct vectors {
	uint64_t wide[VECTORS][4];
	int64_t stack[STACK_REGISTERS];
	uint32_t mxcsr;
};

static uint64_t xgetbv(void)
{
	uint32_t low, high;

	asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (uint64_t)high << 32 | low;
}

static uint64_t rdpkru(void)
{
	uint32_t low, high;

	asm volatile("rdpkru" : "=a"(low), "=d"(high) : "c"(0));
	return low;
}

static uint64_t rdtscp_aux(void)
{
	uint32_t low, high, aux;

	asm volatile("rdtscp" : "=a"(low), "=d"(high), "=c"(aux));
	return aux;
}

#define DEBUG_READ(name)					\
	({							\
		uint64_t value_;				\
		asm volatile("mov %%" name ", %0" : "=r"(value_)); \
		value_;						\
	})

#define DEBUG_WRITE(name, value) \
	asm volatile("mov %0, %%" name : : "r"(value))

uint64_t register_read(enum vtl0_register number)
{
	switch (number) {
	case VTL0_REGISTER_PKRU:
		return rdpkru();
	case VTL0_REGISTER_DR0:
		return DEBUG_READ("db0");
	case VTL0_REGISTER_DR1:
		return DEBUG_READ("db1");
	case VTL0_REGISTER_DR2:
		return DEBUG_READ("db2");
	case VTL0_REGISTER_DR3:
		return DEBUG_READ("db3");
	case VTL0_REGISTER_DR6:
		return DEBUG_READ("db6");
	case VTL0_REGISTER_CR2:
		return read_cr2();
	case VTL0_REGISTER_XCR0:
		return xgetbv();
	case VTL0_REGISTER_TSC_AUX:
		return rdtscp_aux();
	}
	return ~0ULL;
}

void register_write(enum vtl0_register number, uint64_t value)
{
	switch (number) {
	case VTL0_REGISTER_PKRU:
		asm volatile("wrpkru" : : "a"((uint32_t)value), "c"(0), "d"(0) : "memory");
		break;
	case VTL0_REGISTER_DR0:
		DEBUG_WRITE("db0", value);
		break;
	case VTL0_REGISTER_DR1:
		DEBUG_WRITE("db1", value);
		break;
	case VTL0_REGISTER_DR2:
		DEBUG_WRITE("db2", value);
		break;
	case VTL0_REGISTER_DR3:
		DEBUG_WRITE("db3", value);
		break;
	case VTL0_REGISTER_DR6:
		DEBUG_WRITE("db6", value);
		break;
	case VTL0_REGISTER_CR2:
		asm volatile("mov %0, %%cr2" : : "r"(value));
		break;
	default:
		break;
	}
}

/* Xorshift: the numbers are not 0, and different seeds give different sequences. */
static uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void vectors_make(struct vectors *vectors, uint64_t seed)
{
	uint64_t state = seed | 1ULL << 63;
	unsigned int i, part;

	for (i = 0; i < VECTORS; i++)
		for (part = 0; part < 4; part++)
			vectors->wide[i][part] = random_next(&state);
	/* These have few enough bits for an exact representation in an x87 register. */
	for (i = 0; i < STACK_REGISTERS; i++)
		vectors->stack[i] = random_next(&state) >> 8;
	vectors->mxcsr = MXCSR_RESET | (random_next(&state) & 3) << MXCSR_ROUNDING;
}

#define ALL_VECTORS(one) \
	one(0) one(1) one(2) one(3) one(4) one(5) one(6) one(7) \
	one(8) one(9) one(10) one(11) one(12) one(13) one(14) one(15)

#define LOAD_AVX(n)	"vmovdqu 32*" #n "(%0), %%ymm" #n "\n\t"
#define STORE_AVX(n)	"vmovdqu %%ymm" #n ", 32*" #n "(%0)\n\t"
#define LOAD_SSE(n)	"movdqu 32*" #n "(%0), %%xmm" #n "\n\t"
#define STORE_SSE(n)	"movdqu %%xmm" #n ", 32*" #n "(%0)\n\t"

static void stack_load(const int64_t *stack)
{
	unsigned int i;

	asm volatile("fninit");
	for (i = STACK_REGISTERS; i-- > 0;)
		asm volatile("fildll %0" : : "m"(stack[i]));
}

static void stack_store(int64_t *stack)
{
	unsigned int i;

	for (i = 0; i < STACK_REGISTERS; i++)
		asm volatile("fistpll %0" : "=m"(stack[i]));
}

static void registers_load(const struct vectors *vectors, bool wide)
{
	if (wide)
		asm volatile(ALL_VECTORS(LOAD_AVX) : : "r"(vectors->wide) : "memory");
	else
		asm volatile(ALL_VECTORS(LOAD_SSE) : : "r"(vectors->wide) : "memory");
	asm volatile("ldmxcsr %0" : : "m"(vectors->mxcsr));
	stack_load(vectors->stack);
}

static void registers_store(struct vectors *vectors, bool wide)
{
	if (wide)
		asm volatile(ALL_VECTORS(STORE_AVX) : : "r"(vectors->wide) : "memory");
	else
		asm volatile(ALL_VECTORS(STORE_SSE) : : "r"(vectors->wide) : "memory");
	asm volatile("stmxcsr %0" : "=m"(vectors->mxcsr));
	/* Storing empties the stack of x87 registers; the caller fills it again. */
	stack_store(vectors->stack);
}

static bool vector_is(const uint64_t *is, const uint64_t *should, bool wide)
{
	unsigned int part;

	for (part = 0; part < (wide ? 4 : 2); part++)
		if (is[part] != should[part])
			return false;
	return true;
}

static uint64_t vectors_differ(const struct vectors *is, const struct vectors *should, bool wide)
{
	uint64_t count = is->mxcsr != should->mxcsr;
	unsigned int i;

	for (i = 0; i < VECTORS; i++)
		count += !vector_is(is->wide[i], should->wide[i], wide);
	for (i = 0; i < STACK_REGISTERS; i++)
		count += is->stack[i] != should->stack[i];
	return count;
}

void vectors_load(uint64_t seed, bool wide)
{
	struct vectors vectors;

	vectors_make(&vectors, seed);
	registers_load(&vectors, wide);
}

uint64_t vectors_check(uint64_t seed, bool wide)
{
	struct vectors is, should;

	vectors_make(&should, seed);
	registers_store(&is, wide);
	stack_load(should.stack);
	return vectors_differ(&is, &should, wide);
}
