#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# xen-api, Xen Orchestra's client library from npm, logs in, watches, takes a snapshot, exports it
# and destroys it.
. "${0%/*}/../../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_xapi.sh"
. "$e2e_root/tests/lib/npm.sh"

requires_npm xen-api
requires_root

random_bytes "$SEED" $((5 * 1024 * 1024)) >web.img
cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs: [ { name: local, type: ext, capacity: 1GiB } ]
vms:
  - name: web
    disks:
      - { name: system, sr: local, image: web.img }
      - { name: data, sr: local, size: 8MiB }
END
pool_serve pool.yaml
client=$e2e_root/tests/conformance/xapi/xen_api.mjs
timeout 120 node "$client" "$modules" "$url" "$work" >said 2>&1 || {
	cat said served.log
	fail "the client"
}
cat said
same 9 "$(grep -c '^ok ' said)" "what holds"
rig xapi flatten disk.vhd disk.raw
cmp disk.raw web.img || fail "the export is not the disk"
pool_end
[ -z "$(mounts_below "$work")" ] || fail "something is still mounted"
