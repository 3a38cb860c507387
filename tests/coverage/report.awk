# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Reads tests/coverage/uncovered, then lines "FILE LINE FUNCTION COUNT", sorted, and
# "FILE - - -" for a file that was not built. Prints how much of the code ran, which lines did
# not, and which of those have no explanation. The exit status is 1 if there is such a line, or an
# explanation that is no longer needed.

function thousands(number,    text)
{
	text = number ""
	while (match(text, /[0-9][0-9][0-9][0-9](,|$)/))
		text = substr(text, 1, RSTART) "," substr(text, RSTART + 1)
	return text
}

# ---- tests/coverage/uncovered: a reason, then the functions that it explains, indented ----

FNR == NR && (/^#/ || NF == 0) { next }
FNR == NR && /^[^ \t]/ { reasons[++reasons_count] = $0; next }
FNR == NR {
	by_chance[$1 SUBSEP $2] = $3 ~ /^~/
	sub(/^~/, "", $3)
	may[$1 SUBSEP $2] = $3 + 0
	why[$1 SUBSEP $2] = reasons_count
	next
}

# ---- the lines ----

$2 == "-" { missed_add($1 SUBSEP "*", "") ; next }

{
	if (!($1 in all))
		file_at[++files] = $1
	all[$1]++
}
$4 > 0 { ran[$1]++; next }
{ missed_add($1 SUBSEP $3, $2) }

# A range of consecutive lines is printed as its first and last line.
function missed_add(key, line)
{
	missed[key]++
	if (!(key in places)) {
		keys[++keys_count] = key
		places[key] = first[key] = line
	} else if (line == last[key] + 1) {
		sub(/-[0-9]+$/, "", places[key])
		places[key] = places[key] "-" line
	} else {
		places[key] = places[key] "," line
	}
	last[key] = line
}

function show(key,    part)
{
	split(key, part, SUBSEP)
	if (part[2] == "*")
		printf "  %s\n", part[1]
	else
		printf "  %s:%s %s\n", part[1], places[key], part[2]
}

function table(    i, can, did)
{
	printf "%-26s %8s %8s %9s\n", "file", "can run", "ran", "per cent"
	for (i = 1; i <= files; i++) {
		can = all[file_at[i]]
		did = ran[file_at[i]] + 0
		all_lines += can
		all_ran += did
		printf "%-26s %8d %8d %9.1f\n", file_at[i], can, did, 100 * did / can
	}
	printf "%-26s %8d %8d %9.1f\n", "the driver", all_lines, all_ran,
		100 * all_ran / all_lines
}

# If more lines did not run than were explained, the function has changed: none is explained.
function is_explained(key)
{
	return key in may && (key ~ /\*$/ || missed[key] <= may[key])
}

function explained(    reason, i, told)
{
	print "\nnot run, and why:"
	for (reason = 1; reason <= reasons_count; reason++) {
		told = 0
		for (i = 1; i <= keys_count; i++) {
			if (!is_explained(keys[i]) || why[keys[i]] != reason)
				continue
			if (!told++)
				print "\n" reasons[reason]
			if (keys[i] !~ /\*$/)
				named += missed[keys[i]]
			show(keys[i])
		}
	}
}

function unexplained(    i)
{
	for (i = 1; i <= keys_count; i++) {
		if (is_explained(keys[i]))
			continue
		if (!bad)
			print "\nnot explained:"
		bad = 1
		show(keys[i])
	}
}

# An explanation must be removed if its lines have run, or do not exist any more.
function outdated(    key, part)
{
	for (key in may) {
		if (by_chance[key] || (!is_explained(key) && key in missed))
			continue
		if (key ~ /\*$/ ? key in missed : missed[key] == may[key])
			continue
		split(key, part, SUBSEP)
		printf "\nno longer needs its explanation: %s %s (%d lines, of which %d did not run)\n", part[1],
			part[2], may[key], missed[key]
		bad = 1
	}
}

END {
	if (!files) {
		print "no line of the driver was counted"
		exit 1
	}
	table()
	explained()
	unexplained()
	outdated()
	printf "\n# figure: %.1f per cent of the driver's lines ran (%s of %s), %s named\n",
		100 * all_ran / all_lines, thousands(all_ran), thousands(all_lines),
		thousands(named + 0)
	exit bad
}
