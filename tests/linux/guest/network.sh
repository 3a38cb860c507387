# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash source=tests/linux/guest/common.sh
#
# The disk and a network card at once: what is sent comes back unchanged.
. /tests/common.sh

disk_mount || exit 1
ip link set eth0 up && ip addr add 10.0.2.15/24 dev eth0 || exit 1
fio_run --numjobs="$(nproc)" --loops=$((5 * rounds)) &
busy=$!
dd if=/dev/urandom of=/tmp/sent bs=1k count=$((256 * rounds)) 2>/dev/null
chroot /mnt /usr/bin/nc -N 10.0.2.100 7 </tmp/sent >/tmp/received || exit 1
cmp /tmp/sent /tmp/received || exit 1
tell "echoed $(wc -c </tmp/received) bytes"
wait "$busy" || exit 1
disk_unmount || exit 1
handled_tell
