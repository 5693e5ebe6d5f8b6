#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# bash, zsh and fish are driven: bash and zsh type on a terminal and press Tab, fish is asked by
# its `complete -C`.  Of each line in tests/fixtures/completions the first half is typed, the
# second is what the line is then, or what fish offers.
. "${0%/*}/../lib/e2e.sh"
requires bash script paste
not_under_valgrind "starts the program for each word"

cases=$e2e_fixtures/completions
mkdir bin images
ln -s "$SNAPRIG" bin/snaprig
mount_volume 16MiB --profile vss --writer 'simulated name="System Writer"'
rig fault add "$mnt" 'snapshot.read error=EIO name=bad' >/dev/null
touch "$mnt/snapshots/monday" "$mnt/snapshots/tuesday" images/one.img

# ---- a shell on a terminal ----

has_lines()
{
	[ -e lines ] && [ "$(wc -l <lines)" -ge "$1" ]
}

# type_into COMMAND FILE - types each case and Tab, and a key that writes the line to `lines`, into
# a shell that makes `ready` when it can read.
type_into()
{
	rm -f keys ready lines
	mkfifo keys
	script -qec "$1" terminal <keys >/dev/null 2>&1 &
	exec 3>keys
	wait_until 60 test -e ready || fail "'$1' does not begin: $(cat terminal)"
	sed 's/|.*//' "$2" | while IFS= read -r typed; do
		printf '%s\t\033d' "$typed" >&3
	done
	wait_until 120 has_lines "$(wc -l <"$2")" || fail "'$1' stopped: $(cat lines terminal)"
	printf 'exit\n' >&3
	exec 3>&-
	wait
	sed 's/.*|//' "$2" >expected
	diff expected lines >difference || fail "'$1' completes otherwise: $(cat difference)"
}

# The profile of each is not read, or it would be another shell everywhere.
cat >rc.bash <<'END'
. "$COMPLETIONS/snaprig.bash"
dump() { printf '%s\n' "$READLINE_LINE" >>lines; READLINE_LINE='' READLINE_POINT=0; }
bind -x '"\ed": dump'
PROMPT_COMMAND='touch ready'
END
cat >.zshrc <<'END'
fpath=("$COMPLETIONS" $fpath)
autoload -Uz compinit
compinit -u -d "$HOME/zcompdump"
dump() { print -r -- "$BUFFER" >>lines; BUFFER=''; }
zle -N dump
bindkey '\ed' dump
stty columns 200
precmd() { touch ready; }
END
cat >asked.fish <<'END'
source $COMPLETIONS/snaprig.fish
while read -l -d '|' typed expected
	complete -C "$typed" | tr '\n' '|' | sed 's/|$//'
	echo
end
END
export COMPLETIONS="$e2e_root/completions" PATH="$work/bin:$PATH" HOME="$work"
export INPUTRC=/dev/null TERM=vt100

missing=
cat "$cases/bash-and-zsh.cases" "$cases/bash.cases" >typed
type_into 'bash --noprofile --rcfile rc.bash -i' typed

if command -v zsh >/dev/null; then
	cat "$cases/bash-and-zsh.cases" "$cases/zsh.cases" >typed
	ZDOTDIR=$work type_into 'zsh -d -i' typed
	grep -q -e '--foreground *-- stay in the foreground' terminal ||
		fail "zsh does not say what an option does: $(cat terminal)"
else
	missing=zsh
fi

if command -v fish >/dev/null; then
	fish --no-config asked.fish <"$cases/fish.cases" >lines
	sed 's/[^|]*|//' "$cases/fish.cases" >expected
	diff expected lines >difference || fail "fish completes otherwise: $(cat difference)"
else
	missing="$missing${missing:+, }fish"
fi

# A program that does not answer keeps nobody waiting, and says nothing into the line.
[ -z "$(rig words snapshot: "$work/images" '' 2>/dev/null)" ] || fail "no rig has snapshots"
refused 2 'usage: snaprig words' rig words
refused 2 "'rule' is no KIND:CHOICES" rig words rule "$mnt" ''

[ -z "$missing" ] || skip "missing: $missing; what the others complete is right"
