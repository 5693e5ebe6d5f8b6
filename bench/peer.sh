# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $work is the runner's
#
# peer.sh - the nearest peer, qemu-storage-daemon, under the same jobs: a raw
# image through its FUSE export, and copy-before-write with a snapshot's view.
# Part of bench/run; a machine without it compares with nothing.

peer_is_there()
{
	command -v qemu-storage-daemon >/dev/null && command -v qemu-img >/dev/null
}

# peer_start ARGUMENT... - and wait until all its exports are mounted.
peer_start()
{
	qemu-storage-daemon --daemonize --pidfile "$work/peer.pid" \
		--blockdev driver=file,node-name=file,filename="$work/peer.img",aio=io_uring,cache.direct=on \
		--blockdev driver=raw,node-name=source,file=file "$@" 9>&- || {
		echo "bench: qemu-storage-daemon does not start; no peer" >&2
		return 1
	}
	peer_pid=$(cat "$work/peer.pid")
}

peer_stop()
{
	[ -n "$peer_pid" ] || return 0
	kill "$peer_pid" 2>/dev/null || :
	while kill -0 "$peer_pid" 2>/dev/null; do
		sleep 0.05
	done
	peer_pid=
}

peer_round()
{
	peer_is_there || return 0
	touch "$work/peer-live" "$work/peer-view"
	peer_start --export type=fuse,id=live,node-name=source,mountpoint="$work/peer-live",writable=on ||
		return 0
	without_snapshot peer "$work/peer-live"
	peer_stop

	rm -f "$work/peer.qcow2"
	qemu-img create -q -f qcow2 "$work/peer.qcow2" "$BENCH_BYTES"
	peer_start \
		--blockdev driver=qcow2,node-name=old,file.driver=file,file.filename="$work/peer.qcow2",file.aio=io_uring,file.cache.direct=on \
		--blockdev driver=copy-before-write,node-name=cow,file=source,target=old,on-cbw-error=break-snapshot,cbw-timeout=45 \
		--blockdev driver=snapshot-access,node-name=view,file=cow \
		--export type=fuse,id=live,node-name=cow,mountpoint="$work/peer-live",writable=on \
		--export type=fuse,id=view,node-name=view,mountpoint="$work/peer-view" ||
		return 0
	measure first-touch-4k peer "$work/peer-live"
	measure view-4k peer "$work/peer-view"
	peer_stop
}
