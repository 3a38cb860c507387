# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Reads gcov's annotated sources ("COUNT:LINE:SOURCE", one file after another, some of
# them many times), and prints "FILE LINE FUNCTION COUNT" for each executable line of the
# driver, with the sum of its counts. Functions are found in the source, which has each
# function's braces in the first column: gcov does not name those that were inlined.

# The path is that of the copy that was built.
/^ *-: *0:Source:/ {
	file = ""
	if (match($0, /\/driver\//))
		file = substr($0, RSTART + RLENGTH)
	name = "-"
	next
}

file == "" || !match($0, /^ *[^ :]+: *[0-9]+:/) { next }

{
	source = substr($0, RLENGTH + 1)
	split($0, part, ":")
	count = part[1]
	line = part[2] + 0
	gsub(/[ *]/, "", count)
}

line == 0 { next }

# A head counts for its function: what it does at its beginning is told there.
source ~ /^[A-Za-z_][^;]*\(/ {
	name = source
	sub(/\(.*/, "", name)
	sub(/.*[^A-Za-z0-9_]/, "", name)
}

count != "-" {
	key = file SUBSEP line
	function_of[key] = name
	# "#####" and "=====" are never.
	sum[key] += count + 0
}

source ~ /^}/ { name = "-" }

END {
	for (key in sum) {
		split(key, part, SUBSEP)
		print part[1], part[2], function_of[key], sum[key]
	}
}
