# SPDX-License-Identifier: BSD-2-Clause
#
# install.sh: put packages on this machine without upgrading or removing any. Sourced, after
# apt.sh; plan_install first.

# shellcheck disable=SC2154
install_options="-c $apt_dir/host/apt.conf install --no-install-recommends --no-upgrade --no-remove"

simulate() { # PACKAGE...
	apt_in host apt-get -s -q -o Debug::NoLocking=1 install --no-install-recommends \
		--no-upgrade --no-remove "$@" >"$apt_dir/plan" 2>&1
}

# "PACKAGE VERSION" of each package that the plan would upgrade
upgrades() { sed -n 's/^Inst \([^ ]*\) \[\([^]]*\)\].*/\1 \2/p' "$apt_dir/plan"; }

# Development packages want the very version of their library. If the installed library is older than the archive's
# newest, ask for the older set, which the archive may still have. A pin on the source package of each would-be upgrade
# does this.
plan_install() { # PACKAGE...
	apt_ready host || return
	# shellcheck disable=SC2034
	for round in 1 2 3 4 5; do
		simulate "$@" || {
			grep '^E:' "$apt_dir/plan" >&2 || cat "$apt_dir/plan" >&2
			return 1
		}
		[ -n "$(upgrades)" ] || return 0
		upgrades | while read -r package version; do
			echo
			echo "Package: src:$(dpkg-query -W -f '${source:Package}\n' "$package" | head -n 1)"
			echo "Pin: version $version"
			echo "Pin-Priority: 1001"
		done >>"$apt_dir/host/preferences"
	done
	say "the archive now has them only together with newer versions of what is installed:"
	upgrades | sed 's/^/  /' >&2
	say "nothing was changed; upgrade those yourself and try again"
	return 1
}

install_size() { # PACKAGE...
	apt_in host apt-get -o Debug::NoLocking=1 install --no-install-recommends --no-upgrade \
		--no-remove --assume-no "$@" 2>/dev/null |
		sed -n 's/^Need to get \(.*\) of archives.*/\1 to download/p
			s/^After this operation, \(.*\) of additional.*/\1 on disk/p' |
		paste -s -d, - | sed 's/,/, /'
}

install_now() { # PACKAGE...
	su=
	if [ "$(id -u)" != 0 ]; then
		if sudo -n true 2>/dev/null; then
			su="sudo -n"
		elif [ -t 0 ] && command -v sudo >/dev/null; then
			su=sudo
		else
			say "that takes root; run the command above as root, then make again"
			return 1
		fi
	fi
	# On a terminal apt shows the download's progress; the installation's output goes into the log.
	if [ -t 2 ]; then
		# shellcheck disable=SC2086
		$su env LC_ALL=C apt-get -y --download-only $install_options "$@" </dev/null >&2 || return
	fi
	# shellcheck disable=SC2086
	$su env LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get -q -y $install_options "$@" \
		</dev/null >"$O/deps/install.log" 2>&1 || {
		tail -n 20 "$O/deps/install.log" >&2
		say "apt-get failed; all that it said is in $O/deps/install.log"
		return 1
	}
	rm -f "$apt_dir"/host/archives/*.deb
}
