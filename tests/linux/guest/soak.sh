# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash source=tests/linux/guest/common.sh
#
# Disk and network are busy for the number of seconds on the command line, and their interrupts
# move from VP to VP. VTL2 changes the delivery in the meantime.
. /tests/common.sh

seconds=$(word seconds)
disk_mount || exit 1
arrivals_count || exit 1
network_up || exit 1
tell load
# One fio runs all the time: on a busy machine, fio may give up while it starts its jobs.
fio_run --numjobs="$(nproc)" --time_based --runtime="$seconds" &
disk=$!
repeat echo_check 256 &
network=$!
moves=0
begun=$(cut -d. -f1 /proc/uptime)
while [ $(($(cut -d. -f1 /proc/uptime) - begun)) -lt "$seconds" ] && kill -0 "$disk" &&
	kill -0 "$network"; do
	irqs_move 'nvme0q0|eth0-'
	usleep 200000
done
tell "moved $moves times"
repeat_end "$disk" "$network" || exit 1
[ "$moves" -gt 0 ] || exit 1
disk_unmount || exit 1
handled_tell
