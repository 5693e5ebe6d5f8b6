// SPDX-License-Identifier: Apache-2.0
//
// xen_api.mjs MODULES URL OUT - runs Xen Orchestra's unmodified client library with a pool that
// has one VM "web" with two disks: login, watching, snapshot, export, destroy.  The export of the
// first disk's snapshot goes to OUT/disk.vhd.  Prints a line for each check that succeeds.
import assert from 'node:assert/strict'
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'

const [modules, url, out] = process.argv.slice(2)
const { createClient } = await import(`${modules}/xen-api/index.mjs`)
const open = (password, options) =>
	createClient({ url, auth: { user: 'root', password }, allowUnauthorized: true, ...options })

const holds = what => console.log(`ok ${what}`)

await assert.rejects(open('wrong', { watchEvents: false }).connect(), {
	code: 'SESSION_AUTHENTICATION_FAILED',
})
holds('a wrong password is refused')

const xapi = open('secret')
await xapi.connect()
await xapi.objectsFetched
const find = (type, test) => Object.values(xapi.objects.all).find(_ => _.$type === type && test(_))
const vm = find('VM', _ => _.name_label === 'web')
assert.equal(vm.$VBDs.length, 2)
assert.equal(xapi.pool.name_label, 'demo')
holds('what there is has been fetched')

await xapi.call('VM.set_name_description', vm.$ref, 'was changed')
await xapi.barrier(vm.$ref)
assert.equal(xapi.getObject(vm.$ref).name_description, 'was changed')
holds('a change is told')

await assert.rejects(xapi.call('VM.get_record', 'OpaqueRef:none'), {
	code: 'HANDLE_INVALID',
	params: ['VM', 'OpaqueRef:none'],
})
await assert.rejects(xapi.call('VM.get_by_uuid', 'none'), { code: 'UUID_INVALID' })
await assert.rejects(xapi.call('VM.fly', vm.$ref), { code: 'MESSAGE_METHOD_UNKNOWN' })
await assert.rejects(xapi.callAsync('VM.snapshot', 'OpaqueRef:none', 'x'), { code: 'HANDLE_INVALID' })
holds('errors have their codes')

const count = Object.keys(xapi.objects.all).length
const snapshotRef = await xapi.callAsync('VM.snapshot', vm.$ref, 'snap')
await xapi.barrier(snapshotRef)
const snapshot = xapi.getObject(snapshotRef)
assert.equal(snapshot.is_a_snapshot, true)
assert.equal(snapshot.snapshot_of, vm.$ref)
assert.deepEqual(xapi.getObject(vm.$ref).snapshots, [snapshotRef])
const vdis = snapshot.$VBDs.map(_ => _.$VDI)
assert.equal(vdis.length, 2)
for (const vdi of vdis) {
	assert.equal(vdi.is_a_snapshot, true)
	assert.ok(vdi.sm_config['vhd-parent'])
	assert.ok(vdi.$snapshot_of.sm_config['vhd-parent'])
}
holds('a snapshot is told of as a whole')

const disk = vdis.find(_ => _.$VBDs[0].userdevice === '0')
const task = await xapi.createTask('export')
const response = await xapi.getResource('/export_raw_vdi/', {
	query: { format: 'vhd', vdi: disk.$ref },
	task,
})
await pipeline(response.body, createWriteStream(`${out}/disk.vhd`))
holds('a disk is exported, and its task has ended')

const vdiRefs = vdis.map(_ => _.$ref)
await xapi.callAsync('VM.destroy', snapshotRef)
for (const ref of vdiRefs) {
	await xapi.callAsync('VDI.destroy', ref)
}
await xapi.barrier()
assert.equal(xapi.getObject(snapshotRef, undefined), undefined)
for (const ref of vdiRefs) {
	assert.equal(xapi.getObject(ref, undefined), undefined)
}
assert.deepEqual(xapi.getObject(vm.$ref).snapshots, [])
holds('what is destroyed goes')

const tasks = await xapi.call('task.get_all')
assert.deepEqual(tasks, [])
holds('no task is left')

// Base copies may be there until they have been merged.
assert.ok(Object.keys(xapi.objects.all).length <= count + 4)
const session = xapi.sessionId
await xapi.disconnect()
const other = open('secret', { watchEvents: false })
await other.connect()
await assert.rejects(other._call('VM.get_all', [session]), { code: 'SESSION_INVALID' })
await other.disconnect()
holds('a session ends with its logout')
