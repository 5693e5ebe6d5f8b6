// SPDX-License-Identifier: Apache-2.0
//
// lock.mjs - one run of a job at a time, as xo-server has it: a second one is refused at once.
//
// The lock is a socket of the job's name that is in no folder: it goes with the run, however that
// ends.

import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { createHash } from 'node:crypto'
import { userInfo } from 'node:os'

// Of job ID into the folder REMOTE.  Returns what gives it back; fails when the job runs.
export async function lockJob(id, remote) {
	const name = createHash('sha256').update(`${resolve(remote)}\n${id}`).digest('hex')
	const server = createServer(socket => socket.destroy())

	await new Promise((done, fail) => {
		server.once('listening', done)
		server.once('error', fail)
		server.listen(`\0snaprig-xo-${userInfo().uid}-${name.slice(0, 32)}`)
	}).catch(error => {
		throw error.code === 'EADDRINUSE' ? new Error(`the job (${id}) is already running`) : error
	})
	server.unref()
	return () => server.close()
}
