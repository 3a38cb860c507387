# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash
#
# Wait until the devices of VTL0 are quiet, so that its counts and VTL2's are of the same
# moment. For busybox and for Debian.

# interrupts PATTERN - print "NAME COUNT" for each interrupt whose name matches: how many
# came so far, on all VPs that are online.
interrupts()
{
	awk -v n="$(nproc)" -v pattern="$1" \
		'$NF ~ pattern { s = 0; for (i = 2; i <= n + 1; i++) s += $i; print $NF " " s }' \
		/proc/interrupts
}

# quiet_wait PATTERN - until none of these interrupts has come for half a second.
quiet_wait()
{
	before=''
	while [ "$(interrupts "$1")" != "$before" ]; do
		before=$(interrupts "$1")
		sleep 0.5
	done
}
