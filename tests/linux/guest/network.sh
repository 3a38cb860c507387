# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash source=tests/linux/guest/common.sh
#
# The disk and a network card are used at once: data that are sent must return unchanged.
. /tests/common.sh

disk_mount || exit 1
network_up || exit 1
fio_run --numjobs="$(nproc)" --loops=$((5 * rounds)) &
busy=$!
echo_check $((256 * rounds)) || exit 1
tell "echoed $(wc -c </tmp/received) bytes"
wait "$busy" || exit 1
disk_unmount || exit 1
handled_tell
