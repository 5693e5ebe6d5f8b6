#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each adapter's tool, where it is here, under each failure: the verdict that it is known for.
# `i`ntact, `d`etected, `m`isreported, `s`ilent-corruption; nobody can know of zeros and of a
# snapshot that has become stale.
. "${0%/*}/../lib/e2e.sh"
requires mke2fs
. "$e2e_root/tests/lib/e2e_run.sh"
. "$e2e_root/tests/lib/e2e_clients.sh"

failures="short zero killed removed lvm datto elastio"
verdicts()
{
	cat <<-END
		dd             i s d d d d s
		dd-gzip        i s s s s s s
		cp             i s d d d d s
		tar            m s m m m m s
		rsync          i s d d d d s
		cat-zstd       i s s s s s s
		nbdcopy        i s m m m m s
		qemu-img       i s m m m m s
		partclone      i s d d d d s
		partclone-dd   i s d d d d s
		e2image        i s s s s s s
		ddrescue       i s d s s s s
		casync         d s d d d d s
		restic         i s d m m m s
		restic-stdin   i s s s s s s
		borg           i s d m m m s
		borg-stdin     i s d d d d s
		cp-tree        i s d d d d s
		tar-tree       i s d d d d s
		rsync-tree     i s d d d d s
		rsnapshot      i s m m m m s
		fsarchiver     i s d d d d s
		duplicity      i s s s s s s
		restic-tree    i s m m m m s
		borg-tree      i s m m m m s
	END
}

# failing FAILURE - the steps that bring it about; sets the profile and the limit of the store.
failing()
{
	profile=plain limit=
	burst='- write: { name: burst, pattern: random, bytes: 8MiB, start: "read.progress>=25%" }'
	slow='- fault: "snapshot.read delay=1ms"'
	case $1 in
	short) steps='- fault: "snapshot.read short=512 after=4 every=3"' ;;
	zero) steps="- fault: \"snapshot.read zero $bad_sector\"" ;;
	killed) steps='- fault: "snapshot.read crash when=read.progress>=25%"' ;;
	removed) steps='- fault: "snapshot.read fail-snapshot when=read.progress>=50%"' ;;
	lvm) profile=lvm limit='limit: 3MiB,' ;;
	datto | elastio) profile=$1 ;;
	esac
	[ "$profile" = plain ] || steps="$slow
$burst"
}

name_of()
{
	case $1 in
	i) echo intact ;;
	d) echo detected ;;
	m) echo misreported ;;
	s) echo silent-corruption ;;
	esac
}

# meets_failure CLIENT FAILURE VERDICT - or the tool is not here.
meets_failure()
{
	failing "$2"
	client="$1 under $2"
	clients_scenario run "$1" <<-END
		- inject:
		    - snapshot: s1
		$(echo "$steps" | sed 's/^/    /')
		    - backup: { of: s1, to: b1 }
		    - expect: { verdict: $3 }
	END
	sed -i "s/^profile: .*/profile: $profile/; s/size: 16MiB,/& $limit/" run.yaml
	e2e_status=0
	rig run run.yaml >tap 2>said || e2e_status=$?
	case $e2e_status in
	0) clients_met=$((clients_met + 1)) ;;
	77) ;; # its tool is not here, or this is not root
	3)
		echo "late: $client: it had read all when it struck"
		late=$((late + 1))
		;;
	*)
		cat run.yaml tap said
		fail "$client is another than is known"
		;;
	esac
	nothing_left
}

# Each adapter has a row, but for those of other file systems, and ours.
for adapter in "$SNAPRIG_SHARE"/clients/*.yaml; do
	adapter=$(basename "$adapter" .yaml)
	case $adapter in
	reference* | ntfsclone | xfsdump | xfs_copy) continue ;;
	esac
	verdicts | grep -q "^$adapter " || fail "client '$adapter' has no row"
done

cells=$(verdicts | awk -v names="$failures" \
	'{ n = split(names, name, " "); for (i = 1; i <= n; i++) print $1, name[i], $(i + 1) }')
all=$(echo "$cells" | wc -l) done=0 late=0
while ! budget_is_over "$done" "$all" cells && read -r of failure letter; do
	done=$((done + 1))
	meets_failure "$of" "$failure" "$(name_of "$letter")" </dev/null
done <<END
$cells
END
[ "$clients_met" -gt 0 ] || fail "not one client was run"
[ "$late" -le $((done / 10)) ] || fail "$late of $done failures came too late"
echo "ok: $clients_met of $done"
