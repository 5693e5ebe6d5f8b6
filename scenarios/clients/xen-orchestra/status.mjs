// SPDX-License-Identifier: Apache-2.0
//
// status.mjs - what the log of a worker amounts to.
//
// The worker's root task ends as `success` though every VM failed.  The status that a user sees is
// made by xo-server from the tree, when it stores the log; so it is here, by the same rules:
//
//	a task that failed with one of three messages was skipped;
//	else a task that ended as failure is one;
//	else it is as its worst child: failure, then skipped;
//	a child that failed counts for nothing when its parent warns of a retry and a sibling of the
//	same name, for the same target, succeeded.

const SKIPPING = new Set(['no disks found', 'no VMs match this pattern', 'unhealthy VDI chain'])

// The events of a worker as a tree: {id, name, data, status, result, warnings, infos, tasks}.
export class TaskTree {
	#tasks = new Map()
	root

	add(event) {
		const task = this.#tasks.get(event.id)

		switch (event.type) {
			case 'start':
				this.#start(event)
				break
			case 'end':
				Object.assign(task, { end: event.timestamp, status: event.status, result: event.result })
				break
			case 'warning':
				task.warnings.push({ message: event.message, data: event.data })
				break
			case 'info':
				task.infos.push({ message: event.message, data: event.data })
				break
			case 'property':
				task.data[event.name] = event.value
				break
		}
	}

	#start({ id, parentId, timestamp, properties }) {
		const { name, ...data } = properties ?? {}
		const task = { id, name, data, start: timestamp, status: 'pending', warnings: [], infos: [], tasks: [] }

		this.#tasks.set(id, task)
		if (parentId === undefined) {
			this.root = task
		} else {
			this.#tasks.get(parentId).tasks.push(task)
		}
	}
}

function isForgiven(task, parent) {
	const isRetried = parent.warnings.some(({ data }) => data?.isRetry === true)
	const isSame = other => other.name === task.name && other.data.id === task.data.id

	return isRetried && parent.tasks.some(other => other !== task && statusOf(other) === 'success' && isSame(other))
}

export function statusOf(task) {
	if (task.status === 'failure' && SKIPPING.has(task.result?.message)) {
		return 'skipped'
	}
	if (task.status === 'failure' || task.tasks === undefined) {
		return task.status
	}
	const statuses = task.tasks.filter(child => !isForgiven(child, task)).map(statusOf)
	return ['failure', 'skipped'].find(status => statuses.includes(status)) ?? task.status
}

const textOf = result => result?.message ?? (typeof result === 'string' ? result : JSON.stringify(result))

// One line for each failure and each warning, outer tasks first.
export function messagesOf(task, path = []) {
	const here = task.name === undefined ? path : [...path, task.name]
	const where = here.join(' > ')
	const lines = (task.warnings ?? []).map(({ message, data }) =>
		data?.error === undefined
			? `${where}: warning: ${message}`
			: `${where}: warning: ${message}: ${textOf(data.error)}`
	)

	if (task.status === 'failure') {
		lines.push(`${where}: ${statusOf(task)}: ${textOf(task.result)}`)
	} else if (task.status === 'pending') {
		lines.push(`${where}: never ended`)
	}
	return lines.concat((task.tasks ?? []).flatMap(child => messagesOf(child, here)))
}
