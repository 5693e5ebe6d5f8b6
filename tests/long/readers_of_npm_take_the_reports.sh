#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What a CI of JavaScript reads reports with, from npm, takes ours: the same tests, outcomes,
# reasons and lines of clients, from JUnit in both kinds and from TAP 13 and 14, which are
# without a line that a strict parser does not know.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"
requires npm node

npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work/npm" \
	junit2json@4.0.0 test-results-parser@0.4.6 tap-parser@18.3.4 >/dev/null 2>&1 ||
	skip "the packages cannot be had from npm"

every_outcome
ran 1 good.yaml hostile.yaml absent.yaml flaky.yaml idle.yaml --retries 1 --report junit=r.xml \
	--report jenkins=strict.xml --report tap13=r13.tap --report tap14=r14.tap
ran 0 good.yaml absent.yaml --report junit=p.xml --report jenkins=ps.xml --report tap13=p13.tap \
	--report tap14=p14.tap

cat >npm/read.mjs <<'END'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { parse } from 'junit2json'
import results from 'test-results-parser'
import { Parser } from 'tap-parser'

const names = ['good', 'hostile', 'absent', 'flaky', 'idle']
const text = (file) => readFileSync(file, 'utf8')

for (const file of ['r.xml', 'strict.xml']) {
	const report = await parse(text(file))
	const suites = report.testsuite.filter((suite) => suite.name !== 'snaprig')
	const cases = suites.flatMap((suite) => suite.testcase)
	assert.deepEqual(suites.map((suite) => suite.name), names, file)
	const count = (kind) => cases.filter((one) => one[kind]).length
	assert.deepEqual([count('failure'), count('error'), count('skipped')], [1, 1, 1], file)
	assert.deepEqual([report.tests, report.failures, report.errors],
		[report.testsuite.flatMap((suite) => suite.testcase).length, 1, 1], file)
	const failure = cases.find((one) => one.failure).failure[0]
	assert.match(failure.message, /expected verdict intact/)
	assert.match(failure.inner, /a\]\]>b<script>&amp;/)
	assert.ok(suites.every((suite) => suite.time >= 0), 'times')
	const other = results.parse({ type: 'junit', files: [file] })
	assert.equal(other.failed + other.errors, 2, file)
	assert.equal(other.status, 'FAIL')
}
for (const file of ['p.xml', 'ps.xml']) {
	const other = results.parse({ type: 'junit', files: [file] })
	assert.equal(other.failed + other.errors, 0, file)
	assert.equal(other.status, 'PASS', file)
}
for (const file of ['r13.tap', 'r14.tap', 'p13.tap', 'p14.tap']) {
	const tests = [], extra = []
	const parser = new Parser({ strict: true })
	parser.on('assert', (test) => tests.push(test))
	parser.on('extra', (line) => extra.push(line))
	const over = new Promise((resolve) => parser.on('complete', resolve))
	parser.end(text(file))
	const whole = await over, passes = file[0] === 'p'
	assert.deepEqual(extra, [], `${file}: lines that are no TAP`)
	assert.deepEqual(whole.failures.filter((one) => one.tapError), [], file)
	assert.equal(whole.ok, passes, file)
	assert.deepEqual([whole.count, whole.pass, whole.fail, whole.skip],
		passes ? [2, 2, 0, 1] : [5, 3, 2, 1], file)
	assert.deepEqual(tests.map((one) => one.name.trim()),
		passes ? [names[0], names[2]] : names, file)
	assert.ok(tests.every((one) => !one.todo), `${file}: a directive`)
	if (passes)
		continue
	assert.match(tests[1].diag.message, /expected verdict intact/, file)
	assert.equal(tests[3].diag?.runs, 2, `${file}: a flaky one without its evidence`)
}
END
node npm/read.mjs || fail "a reader has another result"
