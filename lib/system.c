// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * System calls: see system.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <time.h>

#include "system.h"

int system_ioctl(int file, unsigned long request, void *argument)
{
	int result;

	do {
		result = ioctl(file, request, argument);
	} while (result < 0 && errno == EINTR);
	return result < 0 ? -errno : result;
}

int system_open(const char *path)
{
	int file;

	do {
		file = open(path, O_RDWR | O_CLOEXEC);
	} while (file < 0 && errno == EINTR);
	return file < 0 ? -errno : file;
}

uint64_t system_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

uint64_t system_now_ms(void)
{
	return system_now_ns() / 1000000;
}

void system_pause_us(uint32_t microseconds)
{
	struct timespec rest = {
		.tv_sec = microseconds / 1000000,
		.tv_nsec = microseconds % 1000000 * 1000,
	};

	while (nanosleep(&rest, &rest) && errno == EINTR)
		;
}

uint64_t system_random(void)
{
	uint64_t number;

	/* Early in boot there may be no random number; the time is the substitute. */
	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != sizeof(number))
		number = system_now_ns() * 0x9e3779b97f4a7c15ULL;
	return number;
}
