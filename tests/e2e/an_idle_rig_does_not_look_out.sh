#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A rig looks out for requests while they come, and for nothing while they do not; when
# that is, unit/test_busy_poll says.
. "${0%/*}/../lib/e2e.sh"

requires jq taskset
for time in 0us 2ms x; do
	refused 2 "cannot read busy-poll time '$time'" rig mount x y --busy-poll $time
done

# ask COUNT - reads, one after the other, of what no file system remembers.
ask()
{
	dd if="$mnt/live" of=/dev/null bs=4k count="$1" iflag=direct status=none
}

end()
{
	umount_volume
	rm -r "$image" "$image.snaprig"
}

mount_volume 4MiB --busy-poll 1ms
same 1000 "$(status .ring.busy_poll.limit_us)" "what was asked for"
ask 1000
polls=$(status .ring.busy_poll.polls)
[ "$(status .ring.busy_poll.hits)" -le "$polls" ] || fail "it met more often than it looked out"
[ "$polls" -eq 0 ] || [ "$(status .ring.busy_poll.spent_us)" -gt 0 ] || fail "that took no time"

# What asks for the status is a request, too: some of each look, and no more for the wait.
polls=$(status .ring.busy_poll.polls)
sleep 1
[ $(($(status .ring.busy_poll.polls) - polls)) -le 40 ] || fail "an idle rig looks out"
end

mount_volume 4MiB --busy-poll off
ask 1000
same '0 0 0 0' "$(status '.ring.busy_poll | "\(.limit_us) \(.polls) \(.hits) \(.spent_us)"')" \
	"of a rig that does not look out"
end

# The processors that the starter of the rig could use.
SNAPRIG_REAL=$SNAPRIG
cat >one <<END
#!/bin/sh
exec taskset -c $(taskset -cp $$ | sed 's/.*: //; s/[-,].*//') "$SNAPRIG_REAL" "\$@"
END
chmod +x one
mount_volume 4MiB
same 0 "$(status .ring.busy_poll.limit_us)" "when nobody asks for it"
end
SNAPRIG=$work/one
mount_volume 4MiB --busy-poll auto
same 0 "$(status .ring.busy_poll.limit_us)" "on one processor"
