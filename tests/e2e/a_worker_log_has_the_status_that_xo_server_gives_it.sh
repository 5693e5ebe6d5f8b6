#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The driver of Xen Orchestra's worker makes of a log the status that xo-server shows: a failed VM
# under a root that succeeded, three texts that mean skipped, a retry that makes good.
. "${0%/*}/../lib/e2e.sh"

requires node

driver=$e2e_root/scenarios/clients/xen-orchestra
echo "import { statusOf, messagesOf, TaskTree } from '$driver/status.mjs'" >statuses.mjs
cat >>statuses.mjs <<'END'
function tree(...events)
{
	const made = new TaskTree()
	events.forEach(event => made.add(event))
	return made.root
}
const start = (id, parentId, name) => ({ type: 'start', id, parentId, properties: { name } })
const end = (id, status, message) => ({ type: 'end', id, status, result: message && { message } })
const run = (status, message, ...more) =>
	tree(start('r', undefined, 'run'), start('v', 'r', 'VM'), ...more,
		end('v', status, message), end('r', 'success'))

console.log(statusOf(run('success')))
console.log(statusOf(run('failure', 'no room')))
console.log(statusOf(run('failure', 'unhealthy VDI chain')))
console.log(statusOf(run('success', undefined, start('c', 'v', 'clean'), end('c', 'failure', 'x'))))
const retried = [start('a', 'v', 'export'), end('a', 'failure', 'x'),
	{ type: 'warning', id: 'v', message: 'again', data: { isRetry: true } },
	start('b', 'v', 'export'), end('b', 'success')]
console.log(statusOf(run('success', undefined, ...retried)))
console.log(messagesOf(run('failure', 'no room')).join())
END
node statuses.mjs >found
printf '%s\n' success failure skipped failure success 'run > VM: failure: no room' |
	diff - found || fail "other statuses"

# Without the packages the driver says so.
e2e_status=0
node "$driver/backup.mjs" --check --modules /nowhere 2>err ||
	e2e_status=$?
same 77 "$e2e_status" "exit without the packages"
grep -q "no @xen-orchestra/backups in '/nowhere'" err || fail "does not say what is missing"
