# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Bash completion for vtlirq: commands, their options, and the CPUs, APIC ids, routes and
# processes that there are.
# Source this file, or install it as share/bash-completion/completions/vtlirq.

# Prints what follows a key of /proc/cpuinfo, for each CPU that is online.
_vtlirq_cpuinfo()
{
	local key value

	while IFS=: read -r key value; do
		key=${key%%[[:space:]]}
		[[ ${key//[[:space:]]/} == "$1" ]] && echo "${value# }"
	done < "${VTLIRQ_CPUINFO:-/proc/cpuinfo}"
}

# Prints the numbers of all published routes, or column 1, the processes that have them.
_vtlirq_routes()
{
	vtlirq routes 2>/dev/null | awk -v column="$1" '
		NR == 1 && $2 != "ROUTE" { exit }
		NF == 0 { exit }
		NR > 1 { print $column }' | sort -un
}

# Prints the command on the line, if there is one before the word at the cursor.
_vtlirq_command()
{
	local i

	for ((i = 1; i < COMP_CWORD; i++)); do
		if [[ ${COMP_WORDS[i]} != -* ]]; then
			echo "${COMP_WORDS[i]}"
			return
		fi
	done
}

_vtlirq_options()
{
	local common="--help --usage --version"

	case $1 in
	status | doctor) echo "--json $common" ;;
	list) echo "--all --cpu --interval --json $common" ;;
	routes) echo "--pid --json $common" ;;
	top) echo "--batch --interval --count $common" ;;
	map) echo "--vector --cpu --apic-id --count --seconds $common" ;;
	route)
		echo "--device --msi --vector --vp --vps --multicast --proxied --count" \
			"--rebalance --seconds $common" ;;
	retarget) echo "--pid --vp --vector --way $common" ;;
	watch) echo "--cpu --vector --count --seconds --interval --json $common" ;;
	"") echo "$common" ;;
	esac
}

# Prints the values that an option takes, or the words that may stand here.
_vtlirq_words()
{
	local command=$1 current=$2 previous=$3
	local all="status doctor list routes top map route retarget watch"

	case $previous in
	--cpu | --vp | --vps | -c)
		_vtlirq_cpuinfo processor
		return ;;
	--apic-id | -i)
		[[ $command == map ]] && _vtlirq_cpuinfo apicid
		return ;;
	--pid | -p)
		_vtlirq_routes 1
		return ;;
	--way | -w)
		echo "redirected proxied"
		return ;;
	--vector | -v | --count | -n | --seconds | -s | --interval | --device | -d | \
		--msi | -m | --rebalance | -r)
		return ;;
	esac
	if [[ $current == -* ]]; then
		_vtlirq_options "$command"
	elif [[ -z $command ]]; then
		echo "$all help"
	elif [[ $command == help ]]; then
		echo "$all"
	elif [[ $command == retarget ]]; then
		_vtlirq_routes 2
	fi
}

_vtlirq()
{
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local words

	# Bash cuts "--cpu=1" into three words, unless "=" was taken out of the break characters.
	if [[ $current == "=" ]]; then
		current=""
	elif [[ $previous == "=" ]]; then
		previous=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	words=$(_vtlirq_words "$(_vtlirq_command)" "$current" "$previous")
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _vtlirq vtlirq
