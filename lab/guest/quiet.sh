# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash
#
# Waits until the devices of VTL0 are quiet, so that VTL0 and VTL2 can read their counters for
# the same moment. It works in busybox and in Debian.

# interrupts PATTERN - print "NAME COUNT" for each interrupt whose name matches. COUNT is the
# sum over all online VPs.
interrupts()
{
	awk -v n="$(nproc)" -v pattern="$1" \
		'$NF ~ pattern { s = 0; for (i = 2; i <= n + 1; i++) s += $i; print $NF " " s }' \
		/proc/interrupts
}

# quiet_wait PATTERN - wait until none of these interrupts has arrived for half a second. What the
# file systems have not written yet is written first. Otherwise they would write it later, between
# VTL0's reading of its counters and VTL2's.
quiet_wait()
{
	sync
	before=''
	while [ "$(interrupts "$1")" != "$before" ]; do
		before=$(interrupts "$1")
		sleep 0.5
	done
}
