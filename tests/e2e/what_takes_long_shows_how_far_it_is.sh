#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# On a terminal, what takes longer than two seconds shows how far it is, and takes the line away
# at its end; a file, or a terminal that cannot be drawn on, gets nothing of it.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_terminal.sh"

requires jq script
mount_volume 16MiB --profile xen
write_at 0 16777216 "$mnt/live"
touch "$mnt/snapshots/s0"
write_at 0 8388608 "$mnt/live" 5
touch "$mnt/snapshots/s1"

# What is installed first says for how long, too.
if [ "$(id -u)" = 0 ]; then
	mkdir tools
	cp "$e2e_root/tools/deps" tools
	printf 'build\tno-such-package\twhy\n' >tools/packages
	cat >tools/apt-get <<-EOF
		#!/bin/sh
		echo "Unpacking no-such-package"
		exec sleep 4
	EOF
	chmod +x tools/apt-get
	(mkdir deps && cd deps &&
		on_terminal "$work/installed" "PATH='$work/tools:$PATH' ../tools/deps build") &
	installing=$!
fi

# Reads of the live view take their time: 16 of 1 MiB.
rig fault add "$mnt" 'live.read delay=200ms' >/dev/null
rig backup "$mnt/live" out1 2>said &
filed=$!
(mkdir on-dumb && cd on-dumb &&
	TERM_SAYS=dumb on_terminal "$work/dumb" "'$SNAPRIG' backup '$mnt/live' out") &
dumb=$!
on_terminal backup "'$SNAPRIG' backup '$mnt/live' out3"
wait "$filed" || fail "exit $? into a file"
wait "$dumb" || fail "exit $? on a dumb terminal"
drew backup 'backup  \[#*\.*\]  [1-9][0-9]*%  [0-9.]* MiB of 16 MiB .* [0-9]+ s left'
! grep -q ' of 16 MiB' dumb || fail "it draws on a dumb terminal: $(cat -v dumb)"
drew_nothing said
# What is restored is read from the same place, as slowly.
ln -s "$mnt/live" slow
cp out1.manifest slow.manifest
rig restore slow restored1 2>said &
filed=$!
on_terminal restore "'$SNAPRIG' restore slow restored2"
wait "$filed" || fail "exit $? into a file"
drew restore 'restore  \[#*\.*\]  [1-9][0-9]*%  [0-9.]* MiB of 16 MiB .* [0-9]+ s left'
drew_nothing said
rig fault clear "$mnt" >/dev/null

if [ "$(id -u)" = 0 ]; then
	wait "$installing" || fail "exit $? of what is installed"
	drew installed '  apt-get  [2-9][0-9]* s  Unpacking no-such-package'
fi

# What the rig does shows how long it takes, or how far it is.
rig fault add "$mnt" 'coalesce.copy delay=400ms' >/dev/null
rig snapshot delete "$mnt" s0
rig coalesce "$mnt" --wait 2>said &
filed=$!
on_terminal coalesce "'$SNAPRIG' coalesce '$mnt' --wait"
wait "$filed" || fail "exit $? into a file"
drew coalesce 'coalesce .*[0-9]+ s( left)?'
drew_nothing said
rig fault clear "$mnt" >/dev/null

# A clone that shares nothing is copied: of s1, in chunks.
rig fault add "$mnt" 'store.append delay=250ms' >/dev/null
rig snapshot clone "$mnt" s1 copy1 --full 2>said &
filed=$!
on_terminal clone "'$SNAPRIG' snapshot clone '$mnt' s1 copy2 --full"
wait "$filed" || fail "exit $? into a file"
drew clone 'snapshot.clone  \[#*\.*\]  [1-9][0-9]*%  [0-9.]* MiB of 16 MiB .* [0-9]+ s left'
drew_nothing said
rig fault clear "$mnt" >/dev/null
