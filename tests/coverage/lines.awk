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

# The head of a function counts for the function: gcov counts its entry there.
source ~ /^[A-Za-z_][^;]*\(/ {
	name = source
	sub(/\(.*/, "", name)
	sub(/.*[^A-Za-z0-9_]/, "", name)
}

count != "-" {
	key = file SUBSEP line
	function_of[key] = name
	# "#####" and "=====" mean that the line never ran.
	sum[key] += count + 0
}

source ~ /^}/ { name = "-" }

END {
	for (key in sum) {
		split(key, part, SUBSEP)
		print part[1], part[2], function_of[key], sum[key]
	}
}
