# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Bash completion for vtlirq: commands, their options, CPUs and APIC ids that exist.
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
	status) echo "--json $common" ;;
	list) echo "--all --cpu --json $common" ;;
	map) echo "--vector --cpu --apic-id --count --seconds $common" ;;
	watch) echo "--cpu --vector --count --seconds --interval --json $common" ;;
	"") echo "$common" ;;
	esac
}

# Prints the values that an option takes, or the words that may stand here.
_vtlirq_words()
{
	local command=$1 current=$2 previous=$3

	case $previous in
	--cpu | -c)
		_vtlirq_cpuinfo processor
		return ;;
	--apic-id | -i)
		[[ $command == map ]] && _vtlirq_cpuinfo apicid
		return ;;
	--vector | -v | --count | -n | --seconds | -s | --interval)
		return ;;
	esac
	if [[ $current == -* ]]; then
		_vtlirq_options "$command"
	elif [[ -z $command ]]; then
		echo "status list map watch help"
	elif [[ $command == help ]]; then
		echo "status list map watch"
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
