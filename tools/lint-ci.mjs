// SPDX-License-Identifier: Apache-2.0
//
// lint-ci.mjs MODULES KIND FILE... - checks whether the system accepts these files.  Prints
// "FILE: PLACE: what" and fails on any mistake.  MODULES is a node_modules
// (tools/lint.package.json).
//
//	gitlab		with GitLab's own JSON Schema of .gitlab-ci.yml, from gitlab-ci-local
//	kubernetes	with kubernetes-models, for the object that apiVersion and kind name;
//			every key must be one that it has read
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, kind, ...files] = process.argv.slice(2);
const require = createRequire(pathToFileURL(`${folder}/`));
const YAML = require("yaml");

async function gitlab() {
	const { default: schema } = await import(
		pathToFileURL(`${folder}/gitlab-ci-local/src/schema/index.js`));
	const Ajv = require("ajv");
	const check = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(
		schema);
	return (document) => check(document) ? [] : check.errors.map((error) =>
		`${error.instancePath}: ${error.message} ${JSON.stringify(error.params)}`);
}

// A copy of VALUE that records in SEEN which members were read.
function watched(value, path, seen) {
	if (Array.isArray(value))
		return value.map((item, at) => watched(item, `${path}/${at}`, seen));
	if (value === null || typeof value !== "object")
		return value;
	const members = Object.entries(value).map(([key, member]) =>
		[key, watched(member, `${path}/${key}`, seen)]);
	return new Proxy(Object.fromEntries(members), {
		get(target, key) {
			seen.add(`${path}/${String(key)}`);
			return target[key];
		},
	});
}

function paths(value, path = "") {
	if (value === null || typeof value !== "object")
		return [];
	return Object.entries(value).flatMap(([key, member]) =>
		[...(Array.isArray(value) ? [] : [`${path}/${key}`]), ...paths(member, `${path}/${key}`)]);
}

async function kubernetes() {
	return (document) => {
		const { apiVersion, kind: name } = document;
		const { validate } = require(`${folder}/kubernetes-models/_schemas/IoK8sApi${
			apiVersion.split("/").map((word) => word[0].toUpperCase() + word.slice(1)).join("")
		}${name}.js`);
		const seen = new Set();
		const wrong = validate(watched(document, "", seen)) ? [] : validate.errors.map((error) =>
			`${error.instancePath}: ${error.message ?? error.keyword} ${
				JSON.stringify(error.params)}`);
		return wrong.concat(paths(document).filter((path) => !seen.has(path)).map((path) =>
			`${path}: nobody knows this key`));
	};
}

const check = await { gitlab, kubernetes }[kind]();
let isWrong = false;
for (const file of files) {
	for (const document of YAML.parseAllDocuments(readFileSync(file, "utf8"))) {
		for (const what of [...document.errors.map(String), ...check(document.toJS())]) {
			console.log(`${file}: ${what}`);
			isWrong = true;
		}
	}
}
process.exit(isWrong ? 1 : 0);
