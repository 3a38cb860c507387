#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash
#
# vtl0-login, a program on the guest's disk: prints on the console for how long the CPUs have
# worked since the kernel's start, and powers off. The unit of the same name runs it after
# Debian has shown its login prompt, if "systemd.wants=vtl0-login.service" is on the command line.
#
# Times are in hundredths of a second of the guest's clock, as in /proc/uptime.

read -r uptime rest </proc/uptime
awk -v uptime="$uptime" '/^cpu / {
	printf "vtl0-login: busy %d of %d\n", uptime * 100 - $5 - $6, uptime * 100
}' /proc/stat >/dev/console
poweroff -f
