// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Uses the map ioctl without a library and without the driver's header: maps a vector,
 * takes one interrupt from the run page, and unmaps the vector.
 *
 *     minimal VTL0-VECTOR CPU APIC-ID
 *
 * Prints the hardware vector, so that a device can be programmed to raise it.
 */
#include <fcntl.h>
#include <linux/ioctl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define SCAN_PROXY_IRR	12	/* u8 */
#define PROXY_IRR	0x610	/* u32[8] */

struct map {
	uint32_t vector, apic_id;
	uint8_t create_mapping, padding[7];
};

int main(int argc, char **argv)
{
	unsigned int vector = argc == 4 ? strtoul(argv[1], NULL, 0) : 0;
	struct map map = { .vector = vector, .create_mapping = 1 };
	uint32_t *irr;
	uint8_t *run;
	int mshv, vtl;

	if (argc != 4)
		return fprintf(stderr, "usage: minimal VTL0-VECTOR CPU APIC-ID\n"), 2;
	map.apic_id = strtoul(argv[3], NULL, 0);

	mshv = open("/dev/mshv", O_RDWR);
	vtl = ioctl(mshv, _IOR(0xb8, 0x1d, char));
	if (vtl < 0)
		return perror("CREATE_VTL"), 1;
	if (ioctl(vtl, _IOWR(0xb8, 0x39, struct map), &map))
		return perror("map"), 1;
	printf("0x%x\n", map.vector);
	fflush(stdout);

	run = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, vtl, atol(argv[2]) * 4096);
	if (run == MAP_FAILED)
		return perror("run page"), 1;
	irr = (uint32_t *)(run + PROXY_IRR) + vector / 32;
	while (!(__atomic_load_n(&run[SCAN_PROXY_IRR], __ATOMIC_ACQUIRE) &&
		 __atomic_load_n(irr, __ATOMIC_RELAXED) >> vector % 32 & 1))
		usleep(1000);
	__atomic_store_n(&run[SCAN_PROXY_IRR], 0, __ATOMIC_SEQ_CST);
	__atomic_fetch_and(irr, ~(1U << vector % 32), __ATOMIC_RELAXED);
	printf("taken\n");

	map.create_mapping = 0;
	if (ioctl(vtl, _IOWR(0xb8, 0x39, struct map), &map))
		return perror("unmap"), 1;
	return 0;
}
