# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Processes the lines of the bench's programs, for bench/report/report.
#
# Results are one JSON object:
#
#	environment	the environment of the measurement: kernel, date, qemu, commit
#	measurements	the objects of the programs' lines, in their order
#	remarks		their lines that begin with "# "
#
# A measurement is identified by its group and name; the last one with a name counts.
# Its figure is the median of samples, or a single value. The group "code" has the
# lengths of the driver's functions: they explain a figure and are not costs.

def significant($digits):
	if . == 0 then 0 else
		pow(10; $digits - 1 - (fabs | log10 | floor)) as $scale | (. * $scale | round) / $scale
	end;
def number: significant(10) | tostring;
def right($width): tostring | " " * ($width - length) + .;
def left($width): tostring | . + " " * ($width - length);
def in_order: reduce .[] as $one ([]; if index([$one]) then . else . + [$one] end);

def figure: .median // .value;
def figures: reduce .measurements[] as $one ({}; .[$one.group][$one.name] = ($one | figure));

# ---- collect: read the lines of the programs ----

def is_measurement:
	type == "object" and (.group | type) == "string" and (.name | type) == "string" and
	(.unit | type) == "string" and (.n | type) == "number" and (figure | type) == "number";

def measurement:
	fromjson | if is_measurement then . else
		error("not a measurement: group, name, unit, n, and median or value")
	end;

# A malformed line ends the program: jq prints its file and line number.
def collect($environment):
	reduce inputs as $line ({environment: $environment, measurements: [], remarks: []};
		if $line == "" then .
		elif $line | startswith("# ") then .remarks += [$line[2:]]
		else .measurements += [$line | measurement] end) |
	if .measurements == [] then error("there is no measurement") else . end;

# ---- table: print the measurements and the targets as text ----

def row:
	"  " + (.name | left(86)) + " " + (figure | significant(6) | right(10)) + " " +
	(if .p99 then .p99 | significant(10) else "-" end | right(10)) + " " + (.n | right(8)) +
	(if .unit == "instructions" then "" else "  " + .unit end);

def group_table($group):
	([.[] | select(.group == $group)] | reduce .[] as $one ({}; .[$one.name] = $one)) as $last |
	"", ($group | left(88)) + " " + ("median" | right(10)) + " " + ("p99" | right(10)) + " " +
		("n" | right(8)),
	([.[] | select(.group == $group) | .name] | in_order[] | $last[.] | row);

# A target names one measurement ("of"), or two ("of" and "over") whose quotient counts, and
# the largest value allowed ("at_most"). A target without a limit is only shown. A target that
# was not measured is not met.
def target($figures):
	def of: . as [$group, $name] | $figures[$group][$name];
	(.of | of) as $of | (if .over then .over | of else 1 end) as $over |
	{what, at_most, value: (if $of == null or ($over // 0) == 0 then null else $of / $over end)} |
	.met = (if .at_most == null then null else .value != null and .value <= .at_most end);

def target_row:
	(.what | left(74)) + " " +
	(if .value == null then "not measured"
	 elif .value < 100 then .value | significant(4)
	 else .value | round end | right(14)) + " " +
	(if .at_most == null then "none" else "<= \(.at_most | significant(4))" end | right(10)) + " " +
	(if .met == null then "-" elif .met then "yes" else "no" end | right(5));

def table($targets):
	figures as $figures | [$targets.targets[] | target($figures)] as $met |
	(.environment | to_entries[] | "\(.key): \(.value)"),
	"Instructions where no unit is named; a single value stands below \"median\".",
	(.measurements | ([.[].group] | in_order[] | select(. != "code")) as $group |
		group_table($group)),
	"", ("what" | left(74)) + " " + ("value" | right(14)) + " " + ("target" | right(10)) + "   met",
	($met[] | target_row),
	"\([$met[] | select(.met)] | length) of \([$met[] | select(.met != null)] | length) targets met";

# ---- baseline: print the figures that a later run is compared with, one a line ----

# Lower is better for all figures. A median repeats to a fraction of a per cent and may rise
# by 3 per cent. A mean of instructions depends on the state of the kernel's allocators, and
# may rise by 10 per cent. Linux sometimes returns a thread to user space for work of its own,
# during some interrupts of one run and none of the next: that rate may rise by 0.005.
def allowed:
	{rise: (if (has("median") | not) and .unit == "instructions" then 10 else 3 end),
	 slack: (if .name | startswith("user returns") then 0.005 else 0 end)};

# The lengths of the functions are not compared. They are printed four in a line.
def baseline:
	([.measurements[] | select(.group != "code") |
		{group, name, figure: figure | significant(10)} + allowed]) as $all |
	[.measurements[] | select(.group == "code") | "\(.name | tojson):\(figure)"] as $functions |
	"{", "\"environment\": \(.environment),", "\"figures\": [",
	($all | map(tojson) | join(",\n")), "],", "\"functions\": {",
	([range(0; $functions | length; 4) as $i | $functions[$i:$i + 4] | join(",")] | join(",\n")),
	"}", "}";

# ---- check: compare with the baseline; the lengths of functions only explain ----

def rose($figures):
	$figures[.group][.name] as $now |
	if $now == null then
		"\(.group), \(.name): baseline \(.figure | number), not measured now"
	elif $now > .figure * (1 + .rise / 100) + .slack then
		"\(.group), \(.name): baseline \(.figure | number), now \($now | number) (" +
		(if .figure == 0 then "" else
			"\((100 * ($now - .figure) / .figure) | significant(3)) per cent more; " end) +
		"\(.rise) per cent and \(.slack) are allowed)"
	else empty end;

def explained($figures; $before):
	$before.functions as $old |
	($old | to_entries[] | $figures.code[.key] as $now | select($now != null and $now > .value) |
		"  function \(.key): \($now) instructions long, was \(.value)"),
	($figures.code // {} | to_entries[] | select($old[.key] == null) |
		"  function \(.key): \(.value) instructions long, is new");

# A figure may also rise because it was measured on another kernel.
def differences($before):
	.environment as $now | ("kernel", "qemu") | select($now[.] != $before.environment[.]) |
	"  \(.): \($now[.] // "unknown"), was \($before.environment[.] // "unknown")";

# Prints the findings. The last output is a boolean: true if no figure rose.
def check($before; $left_out):
	figures as $figures |
	[$before.figures[] | select(.group | IN($left_out[]) | not)] as $checked |
	[$checked[] | rose($figures)] as $rose |
	if $checked == [] then error("the baseline has no figure") else . end |
	$rose[],
	"\(($checked | length) - ($rose | length)) of \($checked | length) figures are as the baseline has them, or better",
	(if $rose == [] then empty else
		[explained($figures; $before)] as $why |
		"What has changed since:",
		(if $why == [] then "  no function of the driver is longer: look at what is called, or how often"
		 else $why[] end),
		differences($before)
	end),
	$rose == [];

# ---- series: print the columns of a plot; gnuplot omits a missing figure, "?" ----

def columns: map(if . == null then "?" elif type == "number" then number else . end) | join(" ");

def series_of_relay($figures):
	(["floor", "Floor:\\nonly ended"], ["ours", "vtlirq"], ["plain", "Plain:\\nrequest\\\\_irq"],
	 ["eventfd", "VFIO's:\\neventfd"], ["eventfd in epoll", "VFIO's, with\\nan epoll set"]) |
	. as [$design, $text] |
	[$figures.relay["\($design), \("kernel", "user") code"]] | select(any) |
	["\"\($text)\""] + . | columns;

def series_of_map($figures):
	("1", "32", "128", "max") as $held |
	[("map+unmap, ours", "map+unmap, bare", "map hit, ours", "unmap miss, ours") |
		$figures.map["\(.), \($held) mapped"]] | select(any) |
	[if $held == "max" then $figures.map["most mapped, ours"] else $held end] + . | columns;

# Columns: label, vtlirq's figure or 0, KVM's or 0, their sum.
def series_of_vtl0($figures):
	(["redirected\\nrunning", "vtl0", "redirected, running: write to handler"],
	 ["proxied\\nrunning", "vtl0", "proxied, running: write to handler"],
	 ["redirected\\nhalted", "vtl0", "redirected, halted: write to handler"],
	 ["proxied\\nhalted", "vtl0", "proxied, halted: write to handler"],
	 ["KVM + VFIO\\nrunning", "incumbent",
	  "guest spins, write to handler, EOI by x2APIC MSR, adjusted"],
	 ["KVM + VFIO\\nhalted", "incumbent", "guest halted, another thread's write to handler"]) |
	. as [$text, $group, $name] | $figures[$group][$name] | select(.) |
	["\"\($text)\""] + (if $group == "vtl0" then [., 0, .] else [0, ., .] end) | columns;

# Columns: label, the guest's own, VTL2's, guest and KVM together, their sum. There is one
# gnuplot block for one I/O at a time, and one for 32.
def series_of_linux($figures):
	["QD1", "QD32"] | map(. as $depth |
		[(["native", "native"], ["redirected", "VTL0\\nredirected"], ["proxied", "VTL0\\nproxied"],
		  ["kvm", "KVM\\n+ VFIO"]) | . as [$machine, $text] |
		$figures.linux["\($machine), \($depth): an I/O"] as $all | select($all) |
		($figures.linux["\($machine), \($depth): VTL0's own path of an I/O"] //
			if $machine == "kvm" then 0 else $all end) as $own |
		["\"\($text)\""] + (if $own == 0 then [0, 0, $all, $all] else
			[$own, $all - $own, 0, $all] end) | columns]) |
	select(any(. != [])) | map(join("\n")) | join("\n\n\n");

def series($plot):
	figures as $figures |
	if $plot == "relay" then series_of_relay($figures)
	elif $plot == "map" then series_of_map($figures)
	elif $plot == "vtl0" then series_of_vtl0($figures)
	elif $plot == "linux" then series_of_linux($figures)
	else error("there is no plot '\($plot)'") end;
