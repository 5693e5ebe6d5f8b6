#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# runs-as: user
#
# The server of an ordinary user takes its mounts away, also that of a rig that it has to kill.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_xapi.sh"

requires_user_mount
requires curl jq
random_bytes "$SEED" 8388608 >web.img
cat >pool.yaml <<'END_OF_POOL'
pool: demo
credentials: { user: root, password: secret }
srs: [ { name: local, type: ext, capacity: 1GiB } ]
vms: [ { name: web, disks: [ { name: system, sr: local, image: web.img } ] } ]
END_OF_POOL
state=$work/pool.yaml.snaprig

pool_serve pool.yaml
pool_stops "$state" "a rig that answers"

# A read for a copy takes longer than the server waits for its rig.
pool_serve pool.yaml
rig fault add "$state/mnt/web.system" 'live.read delay=20s' >/dev/null
call Async.VDI.copy "\"$(leaf_of "$(vm_of web)")\"" "$(call SR.get_all | jq '.[0]')" >/dev/null
copies()
{
	[ "$(find "$state/disks" -name '*.img' | wc -l)" -gt 0 ]
}
wait_until 20 copies || fail "nothing is copied"
pool_stops "$state" "a rig that has to be killed"
grep -q 'a rig does not answer' served.log || fail "the rig has answered: $(cat served.log)"
