# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash source=lab/guest/quiet.sh
#
# Functions that the scripts in VTL0 share. They write lines to the console, which VTL2 reads.
. /tests/quiet.sh

tell() { echo "test: $*"; }

# word NAME - print the value of a word of the kernel's command line.
word() { tr ' ' '\n' </proc/cmdline | sed -n "s/^$1=//p"; }

vps=$(nproc)
rounds=$(word rounds)
rounds=${rounds:-1}

disk_mount()
{
	tries=0
	while [ ! -b /dev/nvme0n1 ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 1500 ] || return 1
		usleep 20000
	done
	mount /dev/nvme0n1 /mnt
	mount -o bind /dev /mnt/dev
	mount -o bind /proc /mnt/proc
}

disk_unmount()
{
	umount /mnt/proc /mnt/dev
	umount /mnt
}

# fio_run OPTION... - write blocks with checksums, read them back and verify them.
fio_run()
{
	chroot /mnt fio --name=test --directory=/root --size=4M --rw=randwrite --bs=4k \
		--iodepth=16 --ioengine=libaio --direct=1 --verify=crc32c --verify_fatal=1 \
		--minimal "$@" >/tmp/fio 2>&1 || { cat /tmp/fio; tell "fio failed"; return 1; }
}

# network_up - start the network card, with the address that its network expects.
network_up() { ip link set eth0 up && ip addr add 10.0.2.15/24 dev eth0; }

# echo_check KB - send random data to the network's echo, and check that the same data return.
echo_check()
{
	dd if=/dev/urandom of=/tmp/sent bs=1k count="$1" 2>/dev/null
	if ! chroot /mnt /usr/bin/nc -N 10.0.2.100 7 </tmp/sent >/tmp/received ||
		! cmp /tmp/sent /tmp/received; then
		tell "what came back of the network is not what was sent"
		return 1
	fi
}

# repeat COMMAND... - run a command repeatedly until repeat_end; fail if the command fails.
repeat()
{
	while [ ! -e /tmp/stop ]; do
		"$@" || return 1
	done
}

# repeat_end PROCESS... - end these repetitions, which run in the background.
repeat_end()
{
	: >/tmp/stop
	for process in "$@"; do
		wait "$process" || return 1
	done
}

# irqs_move PATTERN - move each interrupt whose name matches to each VP in turn. Linux refuses
# to move those of the disk's queues, which it manages itself. The function adds to $moves, and
# fails if no interrupt was moved.
irqs_move()
{
	before=$moves
	for irq in $(irqs_of "$1"); do
		cpu=0
		while [ "$cpu" -lt "$vps" ]; do
			# The numbers in the mask are hexadecimal.
			printf '%x\n' $((1 << cpu)) >"/proc/irq/$irq/smp_affinity" 2>/dev/null &&
				moves=$((moves + 1))
			cpu=$((cpu + 1))
		done
	done
	[ "$moves" -gt "$before" ]
}

arrivals=/sys/kernel/tracing/events/kprobes/arrival

# arrivals_count - from now on, count the arrivals of interrupts at the flow handler for edges,
# instead of the counts in /proc/interrupts. While the handler of an interrupt runs on its old
# VP, it may arrive at its new one, several times even. Linux counts none of these, and calls
# the handler once more (handle_edge_irq()).
arrivals_count()
{
	mount -t tracefs tracefs /sys/kernel/tracing || return 1
	echo 'p:arrival handle_edge_irq desc=%di' >/sys/kernel/tracing/kprobe_events || return 1
	quiet_wait 'nvme|eth'
	interrupts 'nvme|eth' >/tmp/before_arrivals
	others >/tmp/before_others
	echo 'hist:keys=desc' >"$arrivals/trigger" || return 1
}

# others - print how many interrupts of other devices with edges were counted. They stay on
# their VP.
others()
{
	awk -v n="$vps" '/edge/ && !/nvme|eth/ { for (i = 2; i <= n + 1; i++) s += $i }
		END { print s + 0 }' /proc/interrupts
}

# arrived - print how many interrupts of the disk and the card have arrived since then.
arrived()
{
	awk -v others="$(($(others) - $(cat /tmp/before_others)))" '
		$1 == "{" { sum += $NF }
		END { print "arrived " sum - others }' "$arrivals/hist"
}

# handled - print how many interrupts were handled, as lines "NAME COUNT" that are added up.
handled()
{
	if [ -e /tmp/before_arrivals ]; then
		cat /tmp/before_arrivals
		arrived
	else
		interrupts 'nvme|eth'
	fi
}

# handled_tell - print how many interrupts each device had, after none is in flight any more,
# and sleep for a while, in which VTL2 reads its own counters.
handled_tell()
{
	quiet_wait 'nvme|eth'
	handled | sed 's/^/test: handled /'
	tell quiet
	sleep 3
}

# irqs_of PATTERN - print the numbers of the interrupts whose name matches.
irqs_of() { sed -nE "s/^ *([0-9]+):.*($1).*/\1/p" /proc/interrupts; }
