// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A real-time clock like Motorola's MC146818. An update is never in progress, there is no alarm,
 * and it counts in BCD: Linux assumes that, and ignores register B.
 */
#include <time.h>

#include "devices.h"

#define SECONDS		0x00
#define MINUTES		0x02
#define HOURS		0x04
#define WEEKDAY		0x06
#define DAY		0x07
#define MONTH		0x08
#define YEAR		0x09
#define REGISTER_A	0x0a
#define REGISTER_B	0x0b
#define REGISTER_D	0x0d
#define CENTURY		0x32

#define A_32768_HZ	0x26
#define B_24_HOURS	0x02
#define D_VALID		0x80

static uint8_t bcd(int value)
{
	return value / 10 % 10 << 4 | value % 10;
}

static uint8_t time_register(uint8_t index, const struct tm *now)
{
	switch (index) {
	case SECONDS:
		return bcd(now->tm_sec);
	case MINUTES:
		return bcd(now->tm_min);
	case HOURS:
		return bcd(now->tm_hour);
	case WEEKDAY:
		return bcd(now->tm_wday + 1);
	case DAY:
		return bcd(now->tm_mday);
	case MONTH:
		return bcd(now->tm_mon + 1);
	case YEAR:
		return bcd(now->tm_year % 100);
	case CENTURY:
		return bcd((now->tm_year + 1900) / 100);
	default:
		return 0;
	}
}

uint8_t cmos_read(const struct cmos *cmos)
{
	time_t seconds = time(NULL);
	struct tm now;

	switch (cmos->index) {
	case REGISTER_A:
		return A_32768_HZ;
	case REGISTER_B:
		return B_24_HOURS;
	case REGISTER_D:
		return D_VALID;
	default:
		gmtime_r(&seconds, &now);
		return time_register(cmos->index, &now);
	}
}
