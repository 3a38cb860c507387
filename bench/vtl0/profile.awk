# SPDX-License-Identifier: LGPL-2.1-or-later
#
# QEMU's log of instructions, by function: the second half of bench/vtl0/profile.
# First file: the kernel's symbols, sorted; second: the log. Addresses have 16
# digits, so that their order is that of strings.

FNR == NR {
	address[symbols] = $1
	name[symbols] = $3
	module[symbols] = $4
	symbols++
	next
}

# The symbol that an address belongs to; remembered, since the same ones come again.
function find(pc,    low, high, middle)
{
	if (pc in known)
		return known[pc]
	low = 0
	high = symbols
	while (high - low > 1) {
		middle = int((low + high) / 2)
		if (address[middle] <= pc)
			low = middle
		else
			high = middle
	}
	return known[pc] = low
}

# A stretch is over: it counts if the device's interrupt came, and nothing else.
function conclude(    function_name)
{
	if (arrivals == 1 && !others) {
		stretches++
		for (function_name in here)
			total[function_name] += here[function_name]
	}
	split("", here)
	arrivals = others = 0
}

# The TDX module's part, since the last instruction of VTL0 or since the call of it.
function keep(    function_name)
{
	for (function_name in inside)
		here[function_name] += inside[function_name]
	split("", inside)
}

# VTL0 runs: if it was called just now, the stretch is over; what the module did
# since is of another exit, which it did not return for.
function guest_runs()
{
	if (called) {
		keep()
		conclude()
	}
	called = 0
	split("", inside)
}

BEGIN {
	arrival = way == "proxied" ? "shared_vector" : "x86_flow_relay"
	of_module = way == "module"
}

/^Trace/ {
	split($4, part, "/")
	pc = part[2]
	if (of_module && pc < "8000000000000000") {
		if (!outside)
			guest_runs()
		next
	}
	symbol = find(pc)
	who = name[symbol]
	if (who == "tdx_module_call" && pc == address[symbol]) {
		if (!of_module)
			conclude()
		called = 1
		outside = 0
	} else if (module[symbol] == "[mshv_vtl]") {
		if (!outside)
			keep()
		outside = 1
	}
	if (outside && pc == address[symbol]) {
		arrivals += who == arrival
		others += who ~ /apic_timer_interrupt|call_function|reschedule|^schedule$/
	}
	if (of_module && !outside)
		inside[who " " module[symbol]]++
	else if (!of_module && outside)
		here[who " " module[symbol]]++
}

END {
	if (!stretches) {
		print "no interrupt was seen" >"/dev/stderr"
		exit 1
	}
	for (who in total)
		sum += total[who]
	printf "| instructions | function | module |\n|---:|---|---|\n"
	for (who in total) {
		split(who, part, " ")
		gsub(/[\[\]]/, "", part[2])
		printf "| %.1f | %s | %s |\n", total[who] / stretches, part[1], \
			part[2] == "" ? "kernel" : part[2] | "sort -t '|' -k 2,2nr"
	}
	close("sort -t '|' -k 2,2nr")
	printf "| **%.1f** | all, over %d interrupts | |\n", sum / stretches, stretches
}
