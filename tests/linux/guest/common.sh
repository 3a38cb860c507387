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

# irq_move IRQ VP - move an interrupt to a VP, and add to $moves if it has moved. Linux moves an
# interrupt when it arrives the next time, so an interrupt that does not arrive soon stays. Linux
# refuses to move those of the disk's queues, which it manages itself.
irq_move()
{
	irq=/proc/irq/$1
	read -r on <"$irq/effective_affinity_list"
	[ "$on" != "$2" ] && echo "$2" 2>/dev/null >"$irq/smp_affinity_list" || return
	tries=0
	while [ "$tries" -lt 10 ]; do
		read -r on <"$irq/effective_affinity_list"
		if [ "$on" = "$2" ]; then
			moves=$((moves + 1))
			return
		fi
		usleep 20000
		tries=$((tries + 1))
	done
}

# irqs_move PATTERN - move each interrupt whose name matches to each VP in turn.
irqs_move()
{
	for irq_number in $(irqs_of "$1"); do
		vp=0
		while [ "$vp" -lt "$vps" ]; do
			irq_move "$irq_number" "$vp"
			vp=$((vp + 1))
		done
	done
}

# admin_commands - have the disk's administration queue raise interrupts: Linux asks the disk for
# its temperature.
admin_commands() { cat /sys/class/nvme/nvme0/hwmon*/temp1_input >/dev/null; }

tracing=/sys/kernel/tracing

# arrivals_count - from now on, count the arrivals of interrupts at the flow handler for edges,
# instead of the counts in /proc/interrupts. While the handler of an interrupt runs on its old
# VP, it may arrive at its new one, several times even. Linux counts none of these, and calls
# the handler once more (handle_edge_irq()).
#
# Those that no device has sent are counted separately. When Linux moves an interrupt to another
# VP, and its new vector is pending on the old VP, Linux sends the interrupt once more, although
# another device may have sent what is pending (msi_set_affinity()).
arrivals_count()
{
	mount -t tracefs tracefs "$tracing" || return 1
	for probe in 'arrival handle_edge_irq' 'retrigger apic_retrigger_irq'; do
		echo "p:$probe" >>"$tracing/kprobe_events" || return 1
	done
	quiet_wait 'nvme|eth|ttyS'
	interrupts 'nvme|eth' >/tmp/before_arrivals
	others >/tmp/before_others
	echo 1 >"$tracing/events/kprobes/enable" || return 1
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
		$1 == "arrival" { sum += $2 + $3 }
		$1 == "retrigger" { sum -= $2 + $3 }
		END { print "arrived " sum - others }' "$tracing/kprobe_profile"
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

# network_silence - stop the network card from sending interrupts. Its driver has it raise one
# every two seconds, even if there is no traffic (e1000_watchdog_task() in Linux). Without bus
# mastering, the card cannot send any.
network_silence()
{
	card=/sys/class/net/eth0/device/config
	[ ! -e "$card" ] || printf '\002' | dd of="$card" bs=1 seek=4 conv=notrunc 2>/dev/null
}

# handled_tell - print how many interrupts each device had, after none is in flight any more,
# and sleep for a while, in which VTL2 reads its own counters. All counters are read before the
# first line is printed: to print a line, the console raises interrupts, which come by the same
# flow handler.
handled_tell()
{
	network_silence
	quiet_wait 'nvme|eth|ttyS'
	handled >/tmp/handled
	sed 's/^/test: handled /' /tmp/handled
	tell quiet
	sleep 3
}

# irqs_of PATTERN - print the numbers of the interrupts whose name matches.
irqs_of() { sed -nE "s/^ *([0-9]+):.*($1).*/\1/p" /proc/interrupts; }
