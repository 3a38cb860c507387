# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Counts VTL2's instructions in QEMU's log by function: the second half of bench/linux/profile.
# The first file is that of bench/lines/symbols.awk, the second the log.
#
# VTL2 and VTL0 run the same kernel at the same addresses, and maybe the same modules. VTL2 leaves
# at the driver's TDCALL and continues with the instruction after it. The instructions in between
# belong to VTL0 and to the TDX module. In the rest of the log, addresses below 4 GiB belong to the
# hypervisor, which serves VTL2.

# Called at the end of an interval between two TDCALLs. For interrupts, an interval counts only if
# it had one interrupt and no other event.
function conclude(    i)
{
	if (what == "wake-up" || (arrivals == 1 && !others)) {
		stretches++
		for (i in here)
			total[i] += here[i]
	}
	halts += halted
	split("", here)
	arrivals = others = halted = 0
}

# Return the address of the instruction after a TDCALL, which has 4 bytes.
function behind(pc,    place, digit, carry)
{
	carry = 4
	for (place = 16; carry; place--) {
		digit = index(DIGITS, substr(pc, place, 1)) - 1 + carry
		carry = digit > 15
		pc = substr(pc, 1, place - 1) substr(DIGITS, digit % 16 + 1, 1) substr(pc, place + 1)
	}
	return pc
}

BEGIN {
	DIGITS = "0123456789abcdef"
}

/^Trace/ {
	split($4, part, "/")
	pc = part[2]
	if (pc < "0000000100000000") {
		if (who == "vtl_tdcall" && (inside || !resume)) {
			conclude()
			resume = behind(before)
			inside = 0
		}
		who = ""
		is_below = 1
		next
	}
	before = pc
	was_below = is_below
	is_below = 0
	if (pc < "8000000000000000") {
		if (inside)
			here["paravisor (user space)"]++
		who = ""
		next
	}
	symbol = find(pc)
	who = name[symbol]
	if (!inside) {
		inside = was_below && pc == resume
		if (!inside)
			next
	}
	if (pc == address[symbol]) {
		arrivals += who == "x86_flow_relay"
		halted += who == "vtl_tdx_halt_end"
		others += who ~ /apic_timer_interrupt|call_function|reschedule|^schedule$/
	}
	here[who " " module[symbol]]++
}

END {
	count = what == "wake-up" ? halts : stretches
	if (!count) {
		print "no stretch was seen" >"/dev/stderr"
		exit 1
	}
	for (who in total)
		sum += total[who]
	printf "| instructions | function | of |\n|---:|---|---|\n"
	for (who in total) {
		rest += total[who]
		if (total[who] / count < (what == "wake-up" ? 100 : 0.5))
			continue
		rest -= total[who]
		split(who, part, " ")
		gsub(/[\[\]]/, "", part[2])
		if (who ~ /user space/)
			part[2] = "VMM"
		printf "| %.1f | %s | %s |\n", total[who] / count, part[1], \
			part[2] == "" ? "kernel" : part[2] | "sort -t '|' -k 2,2nr"
	}
	close("sort -t '|' -k 2,2nr")
	printf "| %.1f | all others | |\n", rest / count
	printf "| **%.1f** | all, over %d | |\n", sum / count, count
}
