# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# Reads the distribution's archive without changing the machine.
#
# Owns: a private apt configuration per suite, under build/apt/SUITE. Its sources are
# those of the machine with another suite, so that a mirror, a proxy or a keyring of the
# machine is used here too. Nothing is installed. Must not know: what the packages are for.
#
# shellcheck disable=SC2154
# The scripts that source this file have set $build (the repository's build directory)
# and have a function "die".

# archive_release - print the code name of the distribution that runs here.
archive_release()
{
	# shellcheck disable=SC1091
	. /etc/os-release
	printf '%s\n' "${VERSION_CODENAME:-}"
}

# archive_stanzas RELEASE SUITE FILE... - rewrite deb822 sources: each enabled
# stanza for RELEASE gets SUITE in place of its suites. The rest of the stanza (a key,
# a mirror list, trust) does not change.
archive_stanzas()
{
	awk -v release="$1" -v suite="$2" '
	function flush()
	{
		if (wanted && binary && !disabled)
			printf "%sTypes: deb\nSuites: %s\nComponents: main\n\n", kept, suite
		kept = ""
		wanted = binary = disabled = field = 0
	}
	FNR == 1 || /^[ \t]*$/ { flush() }
	/^#/ || /^[ \t]*$/ { next }
	/^[^ \t]/ {
		field = tolower($0)
		sub(/:.*/, "", field)
	}
	field == "types" { if ($0 ~ /[: \t]deb([ \t]|$)/) binary = 1; next }
	field == "enabled" { if (tolower($2) ~ /^(no|false|off|0|without|disable)$/) disabled = 1; next }
	field == "components" { next }
	field == "suites" {
		for (i = 1; i <= NF; i++)
			if ($i == release)
				wanted = 1
		next
	}
	{ kept = kept $0 "\n" }
	END { flush() }
	' "${@:3}"
}

# archive_lines RELEASE SUITE FILE... - do the same for one-line sources.
archive_lines()
{
	awk -v release="$1" -v suite="$2" '
	$1 == "deb" {
		options = ""
		sub(/^[ \t]*deb[ \t]+/, "")
		if (/^\[/) {
			options = substr($0, 1, index($0, "]")) " "
			sub(/^\[[^]]*\][ \t]*/, "")
		}
		if ($2 == release)
			print "deb " options $1 " " suite " main"
	}' "${@:3}"
}

# archive_sources SUITE DIR - write the private sources of SUITE into DIR.
archive_sources()
{
	local release parts
	release=$(archive_release)
	parts=/etc/apt/sources.list.d

	rm -f "$2"/*
	shopt -s nullglob
	local stanzas=("$parts"/*.sources) lines=("$parts"/*.list)
	shopt -u nullglob
	[ -e /etc/apt/sources.list ] && lines+=(/etc/apt/sources.list)

	[ ${#stanzas[@]} -eq 0 ] ||
		archive_stanzas "$release" "$1" "${stanzas[@]}" >"$2/vtlirq.sources"
	[ ${#lines[@]} -eq 0 ] ||
		archive_lines "$release" "$1" "${lines[@]}" >"$2/vtlirq.list"
	find "$2" -size 0 -delete
	[ -n "$(ls "$2")" ] ||
		die "no apt source of this machine serves '$release': add one to /etc/apt and call again"
}

# archive_config DIR - print the configuration that keeps apt inside DIR.
# Hooks are cleared, since they would change the machine. Pins and a default release
# are cleared, since they would hide the suite.
archive_config()
{
	cat <<-END
	Dir::Etc::SourceList "/dev/null";
	Dir::Etc::SourceParts "$1/sources.list.d";
	Dir::Etc::Preferences "/dev/null";
	Dir::Etc::PreferencesParts "/dev/null";
	Dir::State "$1/state";
	Dir::State::Lists "$1/state/lists";
	Dir::State::Status "$1/state/status";
	Dir::Cache "$1/cache";
	Dir::Log "$1/log";
	#clear APT::Update::Pre-Invoke;
	#clear APT::Update::Post-Invoke;
	#clear APT::Update::Post-Invoke-Success;
	#clear APT::Default-Release;
	APT::Sandbox::User "$(id -un)";
	Acquire::Languages "none";
	Acquire::PDiffs "false";
	Acquire::Retries "3";
	END
}

# archive_open SUITE - update apt's package lists of SUITE. Other callers wait until
# archive_fetch is done or the script ends, since two calls at once would write to the same
# lists. Returns 77 if the archive has no such suite.
archive_open()
{
	local dir="$build/apt/$1"

	mkdir -p "$dir"/{sources.list.d,state/lists/partial,cache/archives/partial,log}
	exec {archive_lock}>"$dir.lock"
	flock "$archive_lock"
	: >"$dir/state/status"
	archive_sources "$1" "$dir/sources.list.d"
	archive_config "$dir" >"$dir/apt.conf"
	apt-get -c "$dir/apt.conf" update --error-on=any >"$dir/log/update" 2>&1 && return 0
	if grep -Eq '404|does not have a Release file' "$dir/log/update"; then
		return 77
	fi
	cat "$dir/log/update" >&2
	die "cannot read the package lists of suite '$1': see apt-get's messages above"
}

# archive_depends SUITE PACKAGE - print the packages that PACKAGE depends on, one a line.
# It prints nothing if the suite has no such package.
archive_depends()
{
	apt-cache -c "$build/apt/$1/apt.conf" show --no-all-versions "$2" 2>/dev/null |
		sed -n 's/^Depends: //p' | tr ',|' '\n' |
		sed 's/(.*//; s/:.*//; s/[ \t]//g; /^$/d'
}

# archive_fetch SUITE DIR PACKAGE... - download the packages to DIR.
archive_fetch()
{
	local conf="$build/apt/$1/apt.conf" dir="$2" log="$build/apt/$1/log/download"

	shift 2
	mkdir -p "$dir"
	(cd "$dir" && apt-get -c "$conf" download "$@" >"$log" 2>&1) && flock -u "$archive_lock" && return 0
	cat "$log" >&2
	die "cannot download $*: see apt-get's messages above"
}
