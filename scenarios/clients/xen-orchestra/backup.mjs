// SPDX-License-Identifier: Apache-2.0
//
// backup.mjs - one run of a backup job by Xen Orchestra's own worker, without Xen Orchestra around it.
//
//	node backup.mjs --xapi URL --vm UUID|NAME... --remote FOLDER [OPTION...]
//
// The worker (runBackupWorker of @xen-orchestra/backups) is theirs, as it is.  What xo-server does
// around it is ours, modelled on its source: one run of a job at a time, a pattern that no VM
// matches, which server a VM is of, and the status that is made of the worker's log (status.mjs).
//
// Where their packages are: --modules FOLDER or $XO_MODULES, a folder with a node_modules, and else
// build/xo of the source tree, where `tools/deps xo` puts them.
//
// Told on stderr: each task that failed, was skipped or warned, and the status.  One JSON object with
// status, messages and the tree of tasks goes to --report, or behind what the worker prints.  Exit: 0 success, 1 failure, 2 usage, 75 skipped,
// 77 the packages are not there, 124 the time limit, with the worker killed.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

import { lockJob } from './lock.mjs'
import { listVms } from './pool.mjs'
import { messagesOf, statusOf, TaskTree } from './status.mjs'

const EXITS = { success: 0, failure: 1, skipped: 75 }
const EXIT_USAGE = 2
const EXIT_MISSING = 77
const EXIT_TIMED_OUT = 124

// How long a worker that has answered may take to end before it is told to, and then is killed.  Of
// itself it may stay for 30 s, with its lock; told to end it gives that back.
const GRACE_MS = 3000

const OPTIONS = {
	xapi: { type: 'string' },
	user: { type: 'string', default: 'root' },
	password: { type: 'string', default: 'secret' },
	vm: { type: 'string', multiple: true, default: [] },
	match: { type: 'string' },
	remote: { type: 'string', multiple: true, default: [] },
	job: { type: 'string', default: 'nightly' },
	mode: { type: 'string', default: 'delta' },
	set: { type: 'string', multiple: true, default: [] },
	'xapi-option': { type: 'string', multiple: true, default: [] },
	config: { type: 'string', multiple: true, default: [] },
	modules: { type: 'string' },
	report: { type: 'string' },
	point: { type: 'string' },
	check: { type: 'boolean', default: false },
	timeout: { type: 'string' },
	help: { type: 'boolean', default: false },
}

const HELP = `usage: node backup.mjs --xapi URL --vm UUID|NAME... --remote FOLDER [OPTION...]

  --user NAME, --password WORD   of the pool (root, secret)
  --match PATTERN      the VMs whose name matches this regular expression, in place of --vm
  --job NAME           a run goes on from what an earlier one of this name made (nightly)
  --mode delta|full    a full one is an XVA
  --set KEY=VALUE      of the job: exportRetention=2, preferNbd=true, bypassVdiChainsCheck=true
  --xapi-option KEY=VALUE   of the connection: httpInactivityTimeout=3000
  --config KEY=VALUE   of the server: mergeBlockConcurrency=2
  --modules FOLDER     which has a node_modules with @xen-orchestra/backups ($XO_MODULES)
  --report FILE        the JSON goes there, and not to stdout, where the worker writes, too
  --point FILE         the path of what is published of the VM goes there, if a new one is
  --check              whether the packages are there, and no more
  --timeout SECONDS    then the worker is killed, and it is 124
`

class Usage extends Error {}

// "key=value" to an object; a value that is JSON is what it says.
function pairs(list) {
	const object = {}

	for (const text of list) {
		const at = text.indexOf('=')
		if (at < 1) {
			throw new Usage(`cannot read '${text}' (try key=value)`)
		}
		const value = text.slice(at + 1)
		try {
			object[text.slice(0, at)] = JSON.parse(value)
		} catch {
			object[text.slice(0, at)] = value
		}
	}
	return object
}

function readOptions() {
	let values

	try {
		;({ values } = parseArgs({ options: OPTIONS }))
	} catch (error) {
		throw new Usage(error.message)
	}
	const runs = !values.help && !values.check

	if (runs && (!values.xapi || values.remote.length === 0)) {
		throw new Usage('--xapi and --remote are missing')
	}
	if (runs && values.vm.length === 0 && values.match === undefined) {
		throw new Usage('--vm or --match is missing')
	}
	return values
}

// The worker's module, or undefined.
async function findWorker(folder) {
	const require = createRequire(join(resolve(folder), 'index.js'))
	let path

	try {
		path = require.resolve('@xen-orchestra/backups/runBackupWorker.mjs')
	} catch {
		return undefined
	}
	return (await import(pathToFileURL(path))).runBackupWorker
}

function modulesFolder(values) {
	const here = dirname(fileURLToPath(import.meta.url))

	return values.modules ?? process.env.XO_MODULES ?? join(here, '../../../build/xo')
}

// What tools/deps xo has left word of, where it could not install them.
function whyMissing(folder) {
	try {
		return readFileSync(join(folder, 'missing'), 'utf8').trim()
	} catch {
		return `no @xen-orchestra/backups in '${folder}' (tools/deps xo, or XO_MODULES)`
	}
}

// Those of the VMs that are asked for, by uuid or name; one that is not there stays as it is.
function chooseVms(values, vms = []) {
	if (values.match !== undefined) {
		const pattern = new RegExp(values.match)
		return vms.filter(({ name }) => pattern.test(name)).map(({ uuid }) => uuid)
	}
	return values.vm.map(wanted => vms.find(({ name, uuid }) => wanted === uuid || wanted === name)?.uuid ?? wanted)
}

// What xo-server hands to its worker; the numbers are those of its config.toml.
function workerParameters(values, uuids, vms) {
	const id = `job-${values.job}`
	const remotes = Object.fromEntries(
		values.remote.map((folder, index) => [`r${index + 1}`, { url: `file://${resolve(folder)}` }])
	)
	const idPattern = ids => (ids.length === 1 ? { id: ids[0] } : { id: { __or: ids } })
	// What is known of a pool that cannot be asked is what was known of it before.
	const isKnown = uuid => vms === undefined || vms.some(vm => vm.uuid === uuid)
	const recordToXapi = Object.fromEntries(uuids.filter(isKnown).map(uuid => [uuid, 'srv1']))

	return {
		config: {
			snapshotNameLabelTpl: '[XO Backup {job.name}] {vm.name_label}',
			dirMode: 0o700,
			disableMergeWorker: true,
			vhdDirectoryCompression: 'brotli',
			mergeBlockConcurrency: 2,
			writeBlockConcurrency: 16,
			...pairs(values.config),
		},
		job: {
			id,
			name: values.job,
			type: 'backup',
			mode: values.mode,
			vms: idPattern(uuids),
			remotes: idPattern(Object.keys(remotes)),
			srs: { id: { __or: [] } },
			settings: { '': {}, 'sch-1': { exportRetention: 7, snapshotRetention: 0, ...pairs(values.set) } },
		},
		jobData: { jobId: id, jobName: values.job, mode: values.mode },
		schedule: { id: 'sch-1' },
		recordToXapi,
		xapis: {
			srv1: {
				url: values.xapi,
				allowUnauthorized: true,
				credentials: { username: values.user, password: values.password },
			},
		},
		xapiOptions: { maxUncoalescedVdis: 1, ...pairs(values['xapi-option']) },
		remotes,
		remoteOptions: { timeout: 600000 },
		resourceCacheDelay: 0,
	}
}

// ---- ending ----

function childrenOf(pid) {
	try {
		return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
	} catch {
		return []
	}
}

// The worker is a child of ours that would outlive us, with its lock and what it has blocked.
function killChildren(signal, pid = process.pid) {
	for (const child of childrenOf(pid)) {
		killChildren(signal, child)
		try {
			process.kill(child, signal)
		} catch {
			// It has gone of itself.
		}
	}
}

async function childrenHaveEnded() {
	for (const until = Date.now() + GRACE_MS; childrenOf(process.pid).length > 0 && Date.now() < until; ) {
		await sleep(20)
	}
	return childrenOf(process.pid).length === 0
}

async function endChildren() {
	for (const signal of ['SIGTERM', 'SIGKILL']) {
		if (await childrenHaveEnded()) {
			return
		}
		killChildren(signal)
	}
}

// ---- the run ----

function print(result, path) {
	const json = JSON.stringify(result, undefined, '\t') + '\n'

	for (const message of [`status: ${result.status}`, ...result.messages]) {
		process.stderr.write(message + '\n')
	}
	if (path === undefined) {
		process.stdout.write(json)
	} else {
		writeFileSync(path, json)
	}
}

// The metadata of restore points on REMOTE: xo-vm-backups/VM/DATE.json.
function pointsOn(remote) {
	try {
		return readdirSync(join(remote, 'xo-vm-backups'), { recursive: true })
			.filter(path => /^[^/]+\/\d[^/]*\.json$/.test(path))
			.map(path => join(remote, 'xo-vm-backups', path))
	} catch {
		return []
	}
}

// A job that ended before it had a task, as xo-server logs it.
function refuse(error) {
	const result = { message: error.message, name: error.name, code: error.code }
	const task = { message: 'backup', status: 'failure', result }

	return { status: statusOf(task), messages: [error.message], tasks: [task] }
}

async function runJob(values, runBackupWorker) {
	const tree = new TaskTree()
	const vms = await listVms(values)
	const uuids = chooseVms(values, vms)

	if (uuids.length === 0) {
		throw new Error('no VMs match this pattern')
	}
	await runBackupWorker(workerParameters(values, uuids, vms), event => tree.add(event))
	return { status: statusOf(tree.root), messages: messagesOf(tree.root), tasks: [tree.root] }
}

async function run(values) {
	const runBackupWorker = await findWorker(modulesFolder(values))
	const begin = Date.now()
	const before = new Set(values.check ? [] : pointsOn(values.remote[0]))
	let result

	if (runBackupWorker === undefined) {
		process.stderr.write(`xen-orchestra: ${whyMissing(modulesFolder(values))}\n`)
		return EXIT_MISSING
	}
	if (values.check) {
		return 0
	}
	try {
		const unlock = await lockJob(`job-${values.job}`, values.remote[0])
		try {
			result = await runJob(values, runBackupWorker)
		} finally {
			await endChildren()
			unlock()
		}
	} catch (error) {
		result = refuse(error)
	}
	const points = pointsOn(values.remote[0]).filter(path => !before.has(path))
	if (values.point !== undefined && points.length > 0) {
		writeFileSync(values.point, points[0] + '\n')
	}
	print({ schema_version: 1, job: values.job, ...result, points, seconds: (Date.now() - begin) / 1000 }, values.report)
	return EXITS[result.status] ?? EXITS.failure
}

function endAt(code, message) {
	process.stderr.write(`xen-orchestra: ${message}\n`)
	killChildren('SIGKILL')
	process.exit(code)
}

async function main() {
	const values = readOptions()

	if (values.help) {
		process.stdout.write(HELP)
		return 0
	}
	for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
		process.on(signal, () => endAt(EXITS.failure, `ended by ${signal}`))
	}
	if (values.timeout !== undefined) {
		setTimeout(() => endAt(EXIT_TIMED_OUT, 'the time limit is over'), values.timeout * 1000).unref()
	}
	return run(values)
}

main().then(
	code => process.exit(code),
	error => {
		process.stderr.write(`xen-orchestra: ${error.message}\n`)
		process.exit(error instanceof Usage ? EXIT_USAGE : EXITS.failure)
	}
)
