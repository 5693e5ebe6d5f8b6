#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# source.sh SOURCE USER WHAT... - in a Debian that has what `make deps` installs: WHAT of the source
# tree as USER, in a copy of it; `demo`, or patterns of tests.  Prints how long it took.
set -euo pipefail
source=$1 user=$2
shift 2
place=/home/tester/$user
if [ ! -d "$place" ]; then
	cp -r "$source" "$place"
	chown -R "$user:" "$place"
fi
log=/var/log/source.$user

# timed NAME COMMAND...
timed()
{
	local name=$1 begun=$SECONDS
	shift
	runuser -u "$user" -- "$@" >"$log" 2>&1 </dev/null || {
		grep -E -A28 '^FAIL ' "$log" | head -n 120
		tail -n 20 "$log"
		echo "FAIL: $name as $user"
		exit 1
	}
	echo "$name as $user: $((SECONDS - begun)) s: $(tail -n 1 "$log")"
}

cd "$place"
if [ "$*" = demo ]; then
	timed "make" make -j"$(nproc)"
	timed "make demo" make demo
else
	timed "make tests" make -j"$(nproc)" tests
	timed "make check" make check TESTS="$*"
fi
