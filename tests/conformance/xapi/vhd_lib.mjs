// SPDX-License-Identifier: Apache-2.0
//
// vhd_lib.mjs MODULES FOLDER VHD=RAW... - flattens the chain of FOLDER/VHD with vhd-lib, Xen
// Orchestra's own reader, into the file FOLDER/RAW.  Works with vhd-lib 4.0 and older versions.
import { createRequire } from 'node:module'
import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

const [modules, folder, ...pairs] = process.argv.slice(2)
const require = createRequire(join(modules, 'index.js'))
const vhdLib = require('vhd-lib')

// The methods of a remote that reading needs.
const handler = {
	openFile: path => open(join(folder, path), 'r'),
	closeFile: file => file.close(),
	getSize: async file => (await file.stat()).size,
	read: (file, buffer, position) => file.read(buffer, 0, buffer.length, position),
}

async function flattenOld(name, raw) {
	const synthetic = await vhdLib.createSyntheticStream(handler, name)

	await pipeline(synthetic, createWriteStream(join(folder, `${raw}.vhd`)))
	await pipeline(vhdLib.createContentStream(handler, `${raw}.vhd`), createWriteStream(join(folder, raw)))
}

async function flattenNew(name, raw) {
	const { getSyncedHandler } = require('@xen-orchestra/fs')
	const remote = await getSyncedHandler({ url: `file://${folder}` })
	const chain = await vhdLib.VhdSynthetic.fromVhdChain(remote.value, `/${name}`)
	const vhd = chain.value
	const out = await open(join(folder, raw), 'w')

	await vhd.readBlockAllocationTable()
	await out.truncate(vhd.footer.currentSize)
	for await (const { id, data } of vhd.blocks()) {
		const position = id * vhd.header.blockSize
		await out.write(data, 0, Math.min(data.length, vhd.footer.currentSize - position), position)
	}
	await out.close()
	await chain.dispose()
	await remote.dispose()
}

const flatten = vhdLib.VhdSynthetic === undefined ? flattenOld : flattenNew
for (const pair of pairs) {
	await flatten(...pair.split('='))
}
