#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The sessions in README.md are as they are when somebody types them in: each command
# prints what stands below it.
. "${0%/*}/../lib/e2e.sh"

export LC_ALL=C
ln -s "$SNAPRIG" snaprig

# A session begins with a command; `make` is not run from inside a test of itself.
awk '
	/^```/ { inside = !inside; line = 0; next }
	!inside { next }
	++line == 1 { is_session = /^\$ / && !/^\$ make/ }
	!is_session { next }
	/^\$ / {
		name = sprintf("%03d", ++count)
		print substr($0, 3) >(name ".command")
		printf "" >(name ".says")
		next
	}
	{ print >(name ".says") }' "$e2e_root/README.md"

ran=0
for command in [0-9]*.command; do
	sh -c "$(cat "$command")" >said 2>&1 || true
	diff -u "${command%.command}.says" said || fail "README.md: $(cat "$command")"
	ran=$((ran + 1))
done
[ "$ran" -ge 10 ] || fail "README.md has only $ran commands"
