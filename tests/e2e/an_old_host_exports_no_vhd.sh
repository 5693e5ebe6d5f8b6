#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A host from before XenServer 6.5: what it answers to an export as VHD is no HTTP.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_xapi.sh"

cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
hosts: [ { name: old, version: "6.2.0" } ]
srs: [ { name: local, type: ext } ]
vms: [ { name: web, disks: [ { name: a, sr: local, size: 4MiB } ] } ]
END
pool_serve pool.yaml
vdi=$(snapshot_of "$(vm_of web)" one)
export_vdi out "$vdi"
[ "$exported" = 1 ] || fail "curl says $exported, and not that it is no HTTP"
[ "$(task_tells)" = '["failure","VDI_IO_ERROR","Device I/O errors"]' ] || fail "$(task_tells)"
export_vdi out "$vdi" '&format=raw'
[ "$exported" = 0 ] || fail "it exports no raw disk: curl $exported"
[ "$(task_tells)" = '["success"]' ] || fail "$(task_tells)"
