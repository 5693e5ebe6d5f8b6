// SPDX-License-Identifier: Apache-2.0
//
// editor.mjs SERVER FILE - what an editor with yaml-language-server offers at each mark <?> in FILE.
// Prints a line for each, "LINE: WORD | WORD ...", and at the end a line "wrong: ..." for each
// mistake that the editor would mark.  Does not change the file.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [program, file] = process.argv.slice(2);
const server = spawn(process.execPath, [program, "--stdio"],
	{ stdio: ["pipe", "pipe", "inherit"] });
const asked = new Map();
let buffer = Buffer.alloc(0), number = 0, told;
const diagnosed = new Promise((resolve) => told = resolve);

function send(message) {
	const text = JSON.stringify({ jsonrpc: "2.0", ...message });
	server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
}

function ask(method, params) {
	return new Promise((resolve) => {
		asked.set(++number, resolve);
		send({ id: number, method, params });
	});
}

function came(message) {
	if (message.method && message.id !== undefined)
		send({ id: message.id, result: message.params?.items?.map(() => null) ?? null });
	else if (message.method === "textDocument/publishDiagnostics")
		told(message.params.diagnostics);
	else if (asked.has(message.id))
		asked.get(message.id)(message.result);
}

server.stdout.on("data", (data) => {
	buffer = Buffer.concat([buffer, data]);
	for (;;) {
		const head = buffer.indexOf("\r\n\r\n");
		if (head < 0)
			return;
		const length = Number(/Content-Length: (\d+)/.exec(buffer.subarray(0, head))[1]);
		if (buffer.length < head + 4 + length)
			return;
		came(JSON.parse(buffer.subarray(head + 4, head + 4 + length)));
		buffer = buffer.subarray(head + 4 + length);
	}
});

const places = [];
const text = readFileSync(file, "utf8").split("\n").map((line, at) => {
	for (let column; (column = line.indexOf("<?>")) >= 0;) {
		places.push({ line: at, character: column });
		line = line.slice(0, column) + line.slice(column + 3);
	}
	return line;
}).join("\n");
const uri = pathToFileURL(file).href;

await ask("initialize", { processId: process.pid, rootUri: null, capabilities: {
	textDocument: { completion: { completionItem: {} }, publishDiagnostics: {} } } });
send({ method: "initialized", params: {} });
send({ method: "workspace/didChangeConfiguration", params: { settings: { yaml: {
	completion: true, validate: true, schemaStore: { enable: false } } } } });
send({ method: "textDocument/didOpen", params: { textDocument:
	{ uri, languageId: "yaml", version: 1, text } } });
for (const position of places) {
	const answer = await ask("textDocument/completion", { textDocument: { uri }, position });
	const words = (answer.items ?? answer).map((item) => item.label);
	console.log(`${position.line + 1}: ${words.join(" | ")}`);
}
for (const mistake of await diagnosed)
	console.log(`wrong: ${mistake.range.start.line + 1}: ${mistake.message}`);
server.kill();
