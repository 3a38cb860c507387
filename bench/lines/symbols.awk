# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Finds the symbol that an address belongs to, for the profiles. The first file has the sorted
# symbols. Addresses have 16 digits, so that they can be compared as strings.

FNR == NR {
	address[symbols] = $1
	name[symbols] = $3
	module[symbols] = $4
	symbols++
	next
}

# Return the index of the symbol that an address belongs to. Results are cached, since the same
# addresses occur many times.
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
