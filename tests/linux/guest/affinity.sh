# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash source=tests/linux/guest/common.sh
#
# Each queue's interrupt moves from VP to VP while the disk is busy. A queue that Linux
# manages itself stays; that of the administration does not.
. /tests/common.sh

disk_mount || exit 1
fio_run --numjobs="$(nproc)" --loops=$((20 * rounds)) --time_based --runtime=$((10 * rounds)) &
busy=$!
moves=0
while kill -0 "$busy" 2>/dev/null; do
	for irq in $(irqs_of nvme0q); do
		for cpu in $(seq 0 $(($(nproc) - 1))); do
			# The numbers that the mask has are hexadecimal.
			printf '%x\n' $((1 << cpu)) >"/proc/irq/$irq/smp_affinity" 2>/dev/null &&
				moves=$((moves + 1))
		done
	done
done
wait "$busy" || exit 1
tell "moved $moves times"
[ "$moves" -gt 0 ] || exit 1
disk_unmount || exit 1
handled_tell
