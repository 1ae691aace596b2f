# SPDX-License-Identifier: BSD-2-Clause
#
# apt.sh: apt with separate sources, lists and cache under $O/deps/apt. Sourced.
#
# The user's configuration is read, never changed. The configuration names the archive and the signing key. Parts that
# it may lack (source packages, the backports suite, arm64) come from the same archive. The worlds, each with separate
# lists:
#
#	host	the packages of this machine: installs, and QEMU
#	arm64	an empty machine, so that `download` means arm64 packages
#	src	source packages
#	SUITE	as arm64, of this suite alone: another release's, or backports
#	src-SUITE	the same as src

# shellcheck disable=SC2016	# $(...) below are apt's
apt_dir=$O/deps/apt	# absolute: downloads change folder

# Lines "URI RELEASE COMPONENT FILE:ENTRY", one for each index of the user's configuration; works without an earlier
# `apt-get update`.
user_indexes() {
	LC_ALL=C apt-get indextargets --no-release-info \
		--format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(SOURCESENTRY)' \
		'Created-By: Packages' 2>/dev/null | awk '!seen[$0]++'
}

# FILE's trust settings for URI RELEASE, as deb822 fields (none: apt's default keys).
entry_trust() { # URI RELEASE FILE
	awk -v uri="${1%/}" -v release="$2" -v style="${3##*.}" '
	BEGIN { if (style == "sources") { RS = ""; FS = "\n" } }
	style == "sources" && index($0, uri) && index($0, release) {
		for (i = 1; i <= NF; i++) {
			if ($i !~ /^[ \t#]/)
				keep = tolower($i) ~ /^(signed-by|trusted):/
			if (keep && $i !~ /^#/)
				print $i
		}
		exit
	}
	style != "sources" && /^[ \t]*deb[ \t]/ && index($0, uri) && index($0, release) {
		if (match($0, /signed-by=[^] \t]+/))
			print "Signed-By: " substr($0, RSTART + 10, RLENGTH - 10)
		if (match($0, /trusted=[^] \t]+/))
			print "Trusted: " substr($0, RSTART + 8, RLENGTH - 8)
		exit
	}' "$3" | tr ',' ' '
}

stanza() { # TYPE URI RELEASE COMPONENTS FILE [the release whose keys sign it]
	echo "Types: $1"
	echo "URIs: $2"
	echo "Suites: $3"
	echo "Components: $4"
	# Whatever else the user's apt fetches (Contents, icons) is of no use here.
	if [ "$1" = deb ]; then echo "Targets: Packages"; else echo "Targets: Sources"; fi
	entry_trust "$2" "${6:-$3}" "$5"
	echo
}

# The archive's base entry, "URI RELEASE FILE": the suite named like the running release.
# If several archives use this name, the archive labelled Debian counts, if apt knows the label.
base_entry() {
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-sid}")
	user_indexes | awk -v code="$codename" '
	$3 != "main" || $1 ~ /^cdrom:/ || seen[$1 $2]++ { next }
	{ sub(/:[0-9]+$/, "", $4); entry = $1 " " $2 " " $4 }
	$2 == code { print entry }
	$2 != code && $2 ~ /^((old)*stable|testing|unstable|sid)$/ { alias[++n] = entry }
	END { for (i = 1; i <= n; i++) print alias[i] }' >"$apt_dir/base"
	if [ "$(awk 'END { print NR }' "$apt_dir/base")" -gt 1 ]; then
		LC_ALL=C apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' \
			'Created-By: Packages' 2>/dev/null |
			awk '$1 == "Debian" { print $2 }' >"$apt_dir/debian"
		awk 'NR == FNR { is[$1] = 1; next } is[$1]' "$apt_dir/debian" "$apt_dir/base"
	fi | cat - "$apt_dir/base" | head -n 1
}

# Make the source list and the configuration of WORLD; the backports suite when asked for.
apt_world() { # WORLD [backports]
	mkdir -p "$apt_dir/$1/lists/partial" "$apt_dir/$1/archives/partial"
	dir=$(cd "$apt_dir/$1" && pwd)
	base=$(base_entry)
	[ -n "$base" ] || {
		echo "deps: apt's configuration names no Debian archive for this release" >&2
		return 1
	}
	read -r uri release file <<-END
	$base
	END
	case $1 in
	src)
		stanza deb-src "$uri" "$release" main "$file" ;;
	src-*)
		stanza deb-src "$uri" "${1#src-}" main "$file" "$release" ;;
	host | arm64)
		user_indexes | while read -r u r c e; do
			case $r in
			"$release" | "$release-updates" | "$release-security" | "$release/updates")
				stanza deb "$u" "$r" "$c" "${e%:*}" ;;
			esac
		done
		[ $# -lt 2 ] || stanza deb "$uri" "$release-backports" main "$file" "$release" ;;
	*)
		stanza deb "$uri" "$1" main "$file" "$release" ;;
	esac >"$dir/archive.sources"

	{
		echo "Dir::Etc::SourceList \"$dir/archive.sources\";"
		echo 'Dir::Etc::SourceParts "/dev/null";'
		echo "Dir::State::Lists \"$dir/lists\";"
		echo "Dir::Cache \"$dir\";"
		echo "Dir::Cache::Archives \"$dir/archives\";"
		echo 'Dir::Cache::pkgcache "pkgcache.bin";'
		echo 'Dir::Cache::srcpkgcache "srcpkgcache.bin";'
		# The build folder is often out of reach of apt's own user.
		echo 'APT::Sandbox::User "root";'
		echo 'Acquire::Languages "none";'
		echo 'Acquire::Retries "3";'
		echo 'Acquire::GzipIndexes "true";'
		# Hooks meant for the system's lists have no business here.
		echo '#clear APT::Update::Pre-Invoke;'
		echo '#clear APT::Update::Post-Invoke;'
		echo '#clear APT::Update::Post-Invoke-Success;'
		case $1 in
		host)
			cat /etc/apt/preferences >"$dir/preferences" 2>/dev/null || :
			echo "Dir::Etc::Preferences \"$dir/preferences\";"
			echo 'DPkg::Lock::Timeout "120";' ;;
		*)
			: >"$dir/status"
			echo 'Dir::State "'"$dir"'";'
			echo "Dir::State::Lists \"$dir/lists\";"
			echo "Dir::State::status \"$dir/status\";"
			echo 'Dir::Etc::Preferences "/dev/null";'
			echo 'Dir::Etc::PreferencesParts "/dev/null";' ;;
		esac
		case $1 in
		host | src | src-*) ;;
		*)
			echo 'APT::Architecture "arm64";'
			echo '#clear APT::Architectures;'
			echo 'APT::Architectures { "arm64"; };' ;;
		esac
	} >"$dir/apt.conf"
}

apt_in() { # WORLD TOOL ARGUMENT...
	world=$1
	tool=$2
	shift 2
	LC_ALL=C "$tool" -c "$apt_dir/$world/apt.conf" "$@"
}

# One archive out of several may be out of reach: only missing lists count.
apt_update() { # WORLD
	apt_in "$1" apt-get -q update >"$apt_dir/$1/update.log" 2>&1 || :
	# shellcheck disable=SC2010
	ls "$apt_dir/$1/lists" | grep -q -e _Packages -e _Sources || {
		grep '^[EW]:' "$apt_dir/$1/update.log" >&2 || :
		echo "deps: no package lists could be read of" \
			"$(sed -n 's/^URIs: //p; s/^Suites: //p' "$apt_dir/$1/archive.sources" | paste -s -d ' ')" >&2
		return 1
	}
	touch "$apt_dir/$1/updated"
}

# The lists of WORLD, read once a day at most, and anew when the build folder was moved.
apt_ready() { # WORLD
	if grep -q "\"$apt_dir/$1/lists\"" "$apt_dir/$1/apt.conf" 2>/dev/null &&
		[ -n "$(find "$apt_dir/$1/updated" -mmin -1440)" ]; then
		return 0
	fi
	apt_world "$1" && apt_update "$1"
}

# Get packages ("download") or the files of source packages ("source --download-only") of
# WORLD into the current folder. An archive holds current versions only: if the lists are old, apt reads new lists and
# tries again. On a terminal apt shows its progress.
apt_fetch() { # WORLD "COMMAND" PACKAGE...
	fetch_world=$1
	command=$2
	shift 2
	apt_ready "$fetch_world" || return
	if [ -t 2 ]; then
		apt_show "$@" || { apt_update "$fetch_world" && apt_show "$@"; }
		return
	fi
	# shellcheck disable=SC2086
	apt_in "$fetch_world" apt-get -qq $command "$@" >/dev/null 2>&1 ||
		{ apt_update "$fetch_world" && apt_in "$fetch_world" apt-get -qq $command "$@" >/dev/null; }
}

# shellcheck disable=SC2086,SC2154
apt_show() { apt_in "$fetch_world" apt-get $command "$@" >&2; } # PACKAGE...
