# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash source=tests/linux/guest/common.sh
#
# A VP goes offline and comes online again while the disk is busy.
. /tests/common.sh

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
