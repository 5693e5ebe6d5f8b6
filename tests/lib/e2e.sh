# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# e2e.sh - what every script in a folder of tests sources first.
#
#	. "${0%/*}/../lib/e2e.sh"
#
# It makes a work folder, $work, goes there, and at the end unmounts everything below it and removes
# it.  A script ends with 0, with `fail`, or with `skip`.  SNAPRIG is the program, E2E_TOOLS the
# folder of the C helpers; by default, those of the release build.
set -eu
umask 022
export LC_ALL=C
unset LANGUAGE NO_COLOR

e2e_folder=$(cd "${0%/*}" && pwd)
e2e_root=${e2e_folder%/tests/*}
e2e_folder=${e2e_folder#"$e2e_root/tests/"}
e2e_name=$(basename "$0" .sh)
SNAPRIG=${SNAPRIG:-$e2e_root/build/release/snaprig}
E2E_TOOLS=${E2E_TOOLS:-$e2e_root/build/release/tests/e2e}
e2e_fixtures=$e2e_root/tests/fixtures
SEED=${SEED:-1}
# A sanitizer's build is slow: it gets fewer rounds and longer timeouts.
case ${SNAPRIG_CONFIG:-release} in
asan | tsan) e2e_slow=1 ;;
*) e2e_slow=${VALGRIND:+1} ;;
esac
e2e_slow=${e2e_slow:-0}

# fail MESSAGE... - the test has failed.
fail()
{
	echo "FAIL: $*"
	e2e_goal=check
	[ "$e2e_folder" != long ] || e2e_goal=check-long
	echo "replay: SEED=$SEED make CONFIG=${SNAPRIG_CONFIG:-release} $e2e_goal" \
		"TESTS=$e2e_folder/$e2e_name"
	exit 1
}

# skip MESSAGE... - the test cannot run here.
skip()
{
	echo "SKIP: $*"
	exit 77
}

# requires TOOL... - skips the test if one is missing.
requires()
{
	for e2e_tool in "$@"; do
		command -v "$e2e_tool" >/dev/null || skip "'$e2e_tool' is missing"
	done
}

requires_root()
{
	[ "$(id -u)" = 0 ] || skip "needs root"
}

# not_under_valgrind WHY... - skips the test under valgrind.
not_under_valgrind()
{
	[ -z "${VALGRIND:-}" ] || skip "valgrind $*"
}

# requires_user_mount - skips the test unless an ordinary user can mount and unmount.
requires_user_mount()
{
	[ "$(id -u)" != 0 ] || skip "runs as an ordinary user only"
	requires fusermount3
	[ -w /dev/fuse ] || skip "/dev/fuse cannot be opened"
	[ -e /etc/mtab ] ||
		skip "fusermount3 cannot unmount without /etc/mtab (ln -s /proc/self/mounts /etc/mtab)"
}

# in_a_namespace COMMAND... - runs it in a mount namespace of its own, even in a chroot.
in_a_namespace()
{
	work=$work exec "$e2e_root/tests/lib/in_a_namespace.sh" "$@"
}

# requires_loop - skips the test if no loop device is available.
requires_loop()
{
	requires_root
	requires losetup
	timeout 20 losetup -f >/dev/null 2>&1 || skip "no loop device"
}

# has_loop FILE - a loop device is attached to it.
has_loop()
{
	grep -qsxF -e "$(realpath "$1")" /sys/block/loop*/loop/backing_file
}

has_no_loop()
{
	! has_loop "$1"
}

# detach_own LOOP - unless it is no longer over a file of this test: the device may belong to
# another test by now.
detach_own()
{
	if grep -qsF "$work/" "/sys/block/${1#/dev/}/loop/backing_file"; then
		losetup -d "$1"
	fi
}

# detach_loop LOOP FILE - and waits until it is gone.  A process that lists all loop devices has it
# open at that moment, and a world of another test that began while it was mounted has a copy of the
# mount; it is detached at the last close.
detach_loop()
{
	losetup -d "$1"
	wait_until 120 has_no_loop "$2" || fail "'$1' is still on '$2'"
}

# mount_loop FILE MNT [OPTIONS] - mounts a file system in a file.  Not with `mount -o loop`, which
# queries every loop device and would hang if another one hangs.  The device is detached when the
# mount and its copies in other namespaces are gone.
mount_loop()
{
	wait_until 120 has_no_loop "$1" || fail "'$1' is still mounted somewhere"
	e2e_loop=$(losetup -f --show "$1")
	e2e_status=0
	mount ${3:+-o "$3"} "$e2e_loop" "$2" || e2e_status=$?
	losetup -d "$e2e_loop"
	return "$e2e_status"
}

# umount_loop FILE MNT - and it is unmounted in every namespace.
umount_loop()
{
	umount "$2"
	wait_until 120 has_no_loop "$1" || fail "'$1' is mounted in another namespace"
}

# octal_of PATH - in the spelling of /proc/self/mounts and mountinfo.
octal_of()
{
	case $1 in
	*[\ \\]*) printf '%s\n' "$1" | sed 's/\\/\\134/g; s/ /\\040/g' ;;
	*) printf '%s\n' "$1" ;;
	esac
}

has_nothing_attached()
{
	! grep -qsF "$TMPDIR/" /sys/block/loop*/loop/backing_file
}

# nothing_attached - no loop device is over a file of this test, not even for a copy of a mount.
nothing_attached()
{
	wait_until 120 has_nothing_attached || fail "a loop device is left"
}

# mounts_below FOLDER - the mounts at or below it, the latest last.  "/tmp/x10" is not below
# "/tmp/x1".
mounts_below()
{
	# Not with -v, which makes awk interpret the octal numbers.
	folder=$(octal_of "$1/") awk 'index($2 "/", ENVIRON["folder"]) == 1 { print $2 }' \
		/proc/self/mounts | sed 's/\\040/ /g; s/\\134/\\/g'
}

# wait_until SECONDS COMMAND... - until it succeeds.
wait_until()
{
	e2e_tries=$(($1 * 20))
	shift
	while ! "$@"; do
		e2e_tries=$((e2e_tries - 1))
		[ "$e2e_tries" -gt 0 ] || return 1
		sleep 0.05
	done
}

# rigs_below FOLDER - the processes that serve a mount and name a file there.
rigs_below()
{
	grep -lsaF -e "$1/" /proc/[0-9]*/cmdline | while IFS= read -r e2e_line; do
		case $(tr '\0' ' ' 2>/dev/null <"$e2e_line") in
		*"${SNAPRIG##*/} mount "*"$1/"*) echo "$e2e_line" | tr -dc '0-9\n' ;;
		esac
	done
}

no_rig_runs()
{
	[ -z "$(rigs_below "$work")" ]
}

e2e_on_exit=
# on_exit 'COMMAND' - runs at the end in any case; the latest first.
on_exit()
{
	e2e_on_exit="$*
$e2e_on_exit"
}

# no_job_runs JOBS - none of these processes runs; zombies do not count.
no_job_runs()
{
	# shellcheck disable=SC2048 # numbers
	for e2e_job in $*; do
		! grep -qs '^State:[[:space:]]*[^XZ]' "/proc/$e2e_job/status" || return 1
	done
}

# Ends the jobs of a script: most end by themselves when their mount is gone.  A script that fails
# beside a job that never ends must not wait for it.
jobs_end()
{
	jobs -p >"$work/jobs"
	e2e_jobs=$(cat "$work/jobs")
	for e2e_signal in TERM KILL; do
		wait_until "${E2E_JOB_SECONDS:-20}" no_job_runs "$e2e_jobs" && break
		# shellcheck disable=SC2086 # numbers
		kill -s "$e2e_signal" $e2e_jobs 2>/dev/null
	done
	wait
}

e2e_end()
{
	e2e_status=$?
	set +e
	trap - EXIT INT TERM
	cd /
	eval "$e2e_on_exit"
	# The innermost mount is the last one.
	mounts_below "$work" | tac |
		while IFS= read -r e2e_point; do
			umount "$e2e_point" 2>/dev/null || fusermount3 -u "$e2e_point" 2>/dev/null ||
				umount -l "$e2e_point" 2>/dev/null || fusermount3 -uz "$e2e_point"
		done
	jobs_end
	# Its rig ends a moment after its mount.
	if ! wait_until 60 no_rig_runs; then
		echo "a rig is still running"
		[ "$e2e_status" != 0 ] || e2e_status=1
	fi
	rm -rf --one-file-system "$work"
	exit "$e2e_status"
}

# Paths are put into lists of words.
e2e_scratch=${E2E_WORK:-${TMPDIR:-/tmp}}
case $e2e_scratch in
*[!A-Za-z0-9/._-]*) e2e_scratch=/tmp ;;
esac
work=$(mktemp -d "$e2e_scratch/$e2e_name.XXXXXX")
trap e2e_end EXIT
trap 'exit 130' INT TERM
cd "$work"
[ -e /dev/fuse ] || skip "no /dev/fuse"
[ "$(id -u)" = 0 ] || requires_user_mount
[ -x "$SNAPRIG" ] || fail "no program '$SNAPRIG'"

e2e_begun=$(date +%s)
# budget_is_over DONE ALL WHAT [PART OF] - of the seconds that this test has (BUDGET_SECONDS;
# without it, time is unlimited), or of such a part of them.  Reports what is left out.
budget_is_over()
{
	e2e_budget=$((${BUDGET_SECONDS:-0} * ${4:-1} / ${5:-1}))
	[ -n "${BUDGET_SECONDS:-}" ] && [ $(($(date +%s) - e2e_begun)) -ge $e2e_budget ] || return 1
	echo "CUT: $1 of $2 $3 in $e2e_budget s"
}

# run_counted PROGRAM LITTLE ALL - runs a program of tests/ with the highest COUNT, up to ALL, that
# fits into the rest of the budget, estimated from the time that LITTLE takes.
run_counted()
{
	e2e_program=$E2E_TOOLS/../$1 e2e_count=$3
	if [ -n "${BUDGET_SECONDS:-}" ]; then
		e2e_from=$(date +%s%N)
		run_count "$2"
		e2e_took=$((($(date +%s%N) - e2e_from) / 1000000 + 1))
		e2e_left=$((BUDGET_SECONDS - ($(date +%s) - e2e_begun)))
		e2e_count=$(($2 * e2e_left * 1000 / e2e_took))
		[ "$e2e_count" -lt "$3" ] || e2e_count=$3
		[ "$e2e_count" -gt "$2" ] || e2e_count=$2
		[ "$e2e_count" = "$3" ] || echo "CUT: $1 with COUNT=$e2e_count of $3"
		[ "$e2e_count" != "$2" ] || return 0
	fi
	run_count "$e2e_count"
}

run_count()
{
	COUNT=$1 "$e2e_program" >said 2>&1 || {
		cat said
		fail "COUNT=$1 $e2e_program"
	}
	grep -a '^[0-9]*%' said
}

# rig ARGUMENT... - the program, called like a user would.
rig()
{
	"$SNAPRIG" "$@"
}

# refused EXIT TEXT COMMAND... - the command must exit with EXIT and print TEXT on stderr (both are
# extended regular expressions).
refused()
{
	e2e_exit=$1 e2e_text=$2
	shift 2
	e2e_status=0
	"$@" >"$work/stdout" 2>"$work/stderr" || e2e_status=$?
	sed 's/^/  said: /' "$work/stderr"
	echo "$e2e_status" | grep -qxE "$e2e_exit" || fail "exit $e2e_status and not $e2e_exit: $*"
	grep -qE -e "$e2e_text" "$work/stderr" || fail "does not say '$e2e_text': $*"
}

# mount_volume SIZE [OPTION...] - an image of SIZE at $image, mounted at $mnt.
mount_volume()
{
	image=$work/volume.img
	mnt=$work/mnt
	mkdir -p "$mnt"
	rig create "$image" --size "$1"
	shift
	rig mount "$image" "$mnt" "$@"
	is_mounted "$mnt" || fail "mount said 0, but nothing is mounted"
}

# umount_volume - the rig must have ended when this returns.
umount_volume()
{
	rig umount "${1:-$mnt}"
	! is_mounted "${1:-$mnt}" || fail "umount said 0, but '${1:-$mnt}' is still mounted"
}

is_mounted()
{
	point=$(octal_of "$1") awk '$2 == ENVIRON["point"] { found = 1 } END { exit !found }' \
		/proc/self/mounts
}

# rig_pid [MNT] - the process that serves the mount: it has /dev/fuse open, and the image that the
# mount names.  Its command line may be a wrapper's.
rig_pid()
{
	e2e_point=${1:-$mnt}
	[ "${e2e_point#/}" != "$e2e_point" ] || e2e_point=$PWD/$e2e_point
	e2e_image=$(point=$(octal_of "$e2e_point") awk '
		$5 == ENVIRON["point"] { sub(/.* - /, ""); image = $2 }
		END { print image }' /proc/self/mountinfo | sed 's/\\040/ /g; s/\\134/\\/g')
	[ -n "$e2e_image" ] || return 0
	# shellcheck disable=SC2012 # of links in /proc
	ls -l /proc/[0-9]*/fd 2>/dev/null | awk -v image=" -> $(realpath "$e2e_image")" '
		/^\/proc\// { fuse = held = 0; pid = $0; gsub(/[^0-9]/, "", pid) }
		/ -> \/dev\/fuse$/ { fuse = 1 }
		substr($0, length($0) - length(image) + 1) == image { held = 1 }
		fuse && held { print pid; exit }'
}

# is_dead PID - true for zombies, too, whose parent may take its time to reap them.
is_dead()
{
	! grep -q '^State:[[:space:]]*[^Z[:space:]]' "/proc/$1/status" 2>/dev/null
}

# kill_rig - like a crash; the mount is left behind.
kill_rig()
{
	e2e_pid=$(rig_pid)
	[ -n "$e2e_pid" ] || fail "no process serves '$mnt'"
	kill -9 "$e2e_pid"
	wait_until 10 is_dead "$e2e_pid" || fail "process $e2e_pid does not die"
}

# same EXPECTED ACTUAL WHAT
same()
{
	[ "$1" = "$2" ] || fail "$3: expected '$1', got '$2'"
}

# names_of FOLDER - on one line, numbered names by age.
names_of()
{
	find "$1" -mindepth 1 -printf '%f\n' | sort -V | paste -sd' ' -
}

# digest [FILE] - of the file, or of the input; openssl uses the CPU's own instructions.
digest()
{
	openssl dgst -sha256 -r "$@" | cut -d' ' -f1
}

# digests FILE... - one line for each, with its name.
digests()
{
	openssl dgst -sha256 -r "$@"
}

# have_digests FILE - the files that it lists still have these digests; prints those that do not.
have_digests()
{
	sed 's/^[^ ]* \*//' "$1" | xargs -d '\n' openssl dgst -sha256 -r | diff "$1" -
}

# status FILTER - the result of a jq filter on the volume's status; a plain path is faster.
status()
{
	case ${1%' | length'} in
	*[!]a-z0-9_.[-]* | *'[]'* | . | .\[*) jq -r "$1" "$mnt/.snaprig/status.json" ;;
	*) "$E2E_TOOLS/field" "$1" "$mnt/.snaprig/status.json" ;;
	esac
}

# random_bytes SEED COUNT - the same bytes for the same seed, at ~1 GB/s.
random_bytes()
{
	openssl enc -aes-128-ctr -nosalt -K "$(printf '%032x' "$1")" -iv 0 </dev/zero 2>/dev/null |
		head -c "$2"
}

# write_at OFFSET BYTES FILE [SEED] - random bytes into the file at a byte offset.
write_at()
{
	random_bytes "${4:-$SEED}" "$2" |
		dd of="$3" bs=64k iflag=fullblock oflag=seek_bytes seek="$1" conv=notrunc status=none
}
