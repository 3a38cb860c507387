# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash source=tests/linux/guest/common.sh
#
# What runs in VTL0 for a case of tests/linux/cases: "scripts.sh NAME" runs the function script_NAME.
. /tests/common.sh

# fio verifies what it writes to the file system of the disk.
script_verify()
{
	disk_mount || exit 1
	fio_run --numjobs="$(nproc)" --loops="$rounds" || exit 1
	disk_unmount || exit 1
	handled_tell
}

# The disk is busy for a while. A line tells VTL2 when that begins.
script_load()
{
	disk_mount || exit 1
	tell load
	fio_run --numjobs="$(nproc)" --time_based --runtime=$((10 * rounds)) || exit 1
	disk_unmount || exit 1
	handled_tell
}

# The disk and a network card are used at once: data that are sent must return unchanged.
script_network()
{
	disk_mount || exit 1
	network_up || exit 1
	fio_run --numjobs="$(nproc)" --loops=$((5 * rounds)) &
	busy=$!
	echo_check $((256 * rounds)) || exit 1
	tell "echoed $(wc -c </tmp/received) bytes"
	wait "$busy" || exit 1
	disk_unmount || exit 1
	handled_tell
}

# The interrupts of the network card, and that of the disk's administration queue, move from VP
# to VP while both devices are busy: 100 times in each round.
script_affinity()
{
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
}

# Disk and network are busy for the number of seconds on the command line, and their interrupts
# move from VP to VP. VTL2 changes the delivery in the meantime.
script_soak()
{
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
}

# A VP goes offline and comes online again while the disk is busy.
script_hotplug()
{
	disk_mount || exit 1
	vps=$(nproc)
	fio_run --numjobs="$vps" --loops=$((10 * rounds)) &
	busy=$!
	for round in $(seq $((3 * rounds))); do
		for state in 0 1; do
			echo "$state" >/sys/devices/system/cpu/cpu1/online || exit 1
			usleep 200000
		done
	done
	wait "$busy" || exit 1
	[ "$(nproc)" -eq "$vps" ] || exit 1
	tell "$round rounds"
	disk_unmount
}

# The guest restarts once, and finds what it has written to its disk.
script_restart()
{
	disk_mount || exit 1
	if [ ! -e /mnt/root/restarted ]; then
		fio_run || exit 1
		md5sum /mnt/root/test.0.0 >/mnt/root/restarted
		disk_unmount || exit 1
		reboot -f
	fi
	tell 'second start'
	md5sum -c /mnt/root/restarted || exit 1
	disk_unmount
}

"script_$1"
