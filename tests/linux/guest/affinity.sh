# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash source=tests/linux/guest/common.sh
#
# The interrupts of the network card, and that of the disk's administration queue, move from VP
# to VP while both devices are busy: 100 times in each round.
. /tests/common.sh

disk_mount || exit 1
arrivals_count || exit 1
network_up || exit 1
repeat fio_run --numjobs="$(nproc)" --loops=5 &
disk=$!
repeat echo_check 64 &
network=$!
repeat admin_commands &
admin=$!
moves=0
while [ "$moves" -lt $((100 * rounds)) ] && kill -0 "$disk" && kill -0 "$network"; do
	irqs_move 'nvme0q0|eth0-'
done
tell "moved $moves times"
repeat_end "$disk" "$network" "$admin" || exit 1
[ "$moves" -ge $((100 * rounds)) ] || exit 1
disk_unmount || exit 1
handled_tell
