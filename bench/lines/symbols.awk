# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Which symbol an address belongs to, for the profiles. The first file has the symbols, sorted.
# Addresses have 16 digits, so that their order is that of strings.

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
