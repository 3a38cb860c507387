#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash
#
# The session of `make vm-linux`: tmux shows two consoles on one terminal. The upper one is
# VTL0's, where Debian runs on its own disk and network card. The lower one is a shell of
# VTL2, which begins with `vtlirq top`.
#
# VTL2's shell reads this file at its start ($ENV), and exits when the session ends.

unset ENV
export LC_ALL=C.UTF-8 SHELL=/bin/sh

cat >/tmp/vtl0 <<END
paravisor --kernel /lib/vtlirq/vmlinuz --initrd /lib/vtlirq/initrd --interactive \
	--vps "$(nproc)" --signature hyperv --pci nvme --pci ethernet \
	--append 'console=ttyS0 root=/dev/nvme0n1 quiet systemd.show_status=0'
echo 'VTL0 has ended. Enter ends the session.'
read -r answer
tmux kill-server
END

cat >/tmp/vtl2 <<END
vtlirq top
exec sh -i
END

cat >/tmp/tmux.conf <<'END'
set -g mouse off
set -g escape-time 0
set -g status-right ''
set -g status-left-length 100
set -g status-left 'above: VTL0 (root, no password)  below: VTL2  Ctrl-B o: the other one  Ctrl-]: stop VTL0 '
set -g window-status-format ''
set -g window-status-current-format ''
END

tmux -u -f /tmp/tmux.conf new-session -d 'sh /tmp/vtl0' &&
	tmux split-window -v -l 40% 'sh /tmp/vtl2' &&
	tmux select-pane -t 0 &&
	tmux attach-session
# The session ends by killing tmux's server, which tmux reports as a failure.
exit 0
