// SPDX-License-Identifier: Apache-2.0
//
// pool.mjs - which VMs a pool has: what xo-server knows of its servers before it starts a worker.

async function call(url, method, parameters) {
	const response = await fetch(new URL('/jsonrpc', url), {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({ jsonrpc: '2.0', method, params: parameters, id: 0 }),
	})

	if (!response.ok) {
		throw new Error(`unexpect statusCode ${response.status}`)
	}
	const { error, result } = await response.json()
	if (error !== undefined) {
		const failure = new Error(`${error.message}(${(error.data ?? []).join(', ')})`)
		failure.code = error.message
		throw failure
	}
	return result
}

// [{uuid, name}] of those that are no templates, no snapshots and no host's own; undefined of a pool
// that cannot be asked: the worker will say why.
export async function listVms({ xapi, user, password }) {
	try {
		const session = await call(xapi, 'session.login_with_password', [user, password])
		const records = await call(xapi, 'VM.get_all_records', [session])

		await call(xapi, 'session.logout', [session])
		return Object.values(records)
			.filter(vm => !vm.is_a_template && !vm.is_a_snapshot && !vm.is_control_domain)
			.map(vm => ({ uuid: vm.uuid, name: vm.name_label }))
	} catch {
		return undefined
	}
}
