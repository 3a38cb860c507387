#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash
#
# vtl0-login, a program on the guest's disk: tells by a line on the console for how long the
# CPUs have worked since the kernel's start, and powers off. The unit of the same name runs it
# when Debian has come to its login prompt; "systemd.wants=vtl0-login.service" asks for it.
#
# Times are in hundredths of a second of the guest's clock, as in /proc/uptime.

read -r uptime rest </proc/uptime
awk -v uptime="$uptime" '/^cpu / {
	printf "vtl0-login: busy %d of %d\n", uptime * 100 - $5 - $6, uptime * 100
}' /proc/stat >/dev/console
poweroff -f
