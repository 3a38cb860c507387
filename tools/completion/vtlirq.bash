# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Bash completion for vtlirq. The words and options are those of its help.
# Source this file, or install it as share/bash-completion/completions/vtlirq.

_vtlirq_words()
{
	local object=$1 verb=$2 current=$3 previous=$4

	case $previous in
	--cpu | --vp | -c)
		vtlirq vp show --json 2>/dev/null | grep -o '"vp":[0-9]*' | cut -d: -f2
		return ;;
	--delivery | -D)
		echo redirected proxied
		return ;;
	move)
		vtlirq route show --json 2>/dev/null | grep -o '"route":[0-9]*' | cut -d: -f2
		return ;;
	esac
	if [[ $current == -* ]]; then
		vtlirq "$object" "${verb:-show}" --help 2>/dev/null | grep -o -- '--[a-z]*'
	elif [[ -z $object ]]; then
		vtlirq help | awk '/^  / { print $1 }'
		echo help
	elif [[ -z $verb ]]; then
		vtlirq help | awk -v object="$object" '/^  / && $1 == object { print $2 }'
		echo help
	fi
}

_vtlirq()
{
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local object="" verb=""

	((COMP_CWORD < 2)) || object=${COMP_WORDS[1]}
	((COMP_CWORD < 3)) || [[ ${COMP_WORDS[2]} == -* ]] || verb=${COMP_WORDS[2]}
	mapfile -t COMPREPLY < <(compgen -W "$(_vtlirq_words "$object" "$verb" "$current" \
		"$previous")" -- "$current")
}

complete -F _vtlirq vtlirq
