// SPDX-License-Identifier: Apache-2.0
//
// lock.mjs - one run of a job at a time, as xo-server has it: a second one is refused at once.

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

function isAlive(pid) {
	try {
		process.kill(pid, 0)
		return true
	} catch (error) {
		return error.code === 'EPERM'
	}
}

// Whether the lock at PATH is of a run that has gone without it.
function isLeft(path) {
	try {
		return !isAlive(Number(readFileSync(path, 'utf8')))
	} catch {
		return false
	}
}

// Returns what gives it back; throws when the job runs.
export function lockJob(id) {
	const path = join(tmpdir(), `snaprig-xo-${userInfo().uid}-${encodeURIComponent(id)}.running`)

	if (isLeft(path)) {
		rmSync(path, { force: true })
	}
	try {
		writeFileSync(path, `${process.pid}`, { flag: 'wx' })
	} catch (error) {
		throw error.code === 'EEXIST' ? new Error(`the job (${id}) is already running`) : error
	}
	return () => rmSync(path, { force: true })
}
