// Judges what mock-ndes says of itself by validators that we did not write.
//
//   node check.mjs yaml     FILE ...         the YAML files as JSON, one line each
//   node check.mjs schema   SCHEMA           values on standard input, one JSON line each
//   node check.mjs openapi  DOCUMENT         the document itself
//   node check.mjs contract DOCUMENT         recorded calls on standard input, one JSON line each:
//                                            {method, path, body, status, type, answer}
//
// One JSON line is written for each thing that was judged: {valid, errors}.
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv from "ajv/dist/2020.js";
import { parse } from "yaml";

const DOCUMENT = "http://localhost/openapi";
const [verb, ...files] = process.argv.slice(2);

function readJson(file) {
	return JSON.parse(readFileSync(file, "utf8"));
}

// readFileSync would fail with EAGAIN in older Nodes, as soon as the pipe is empty.
async function lines() {
	return (await text(process.stdin))
		.split("\n")
		.filter(Boolean)
		.map((line) => JSON.parse(line));
}

function say(value) {
	process.stdout.write(JSON.stringify(value) + "\n");
}

function judge(validate, value) {
	const valid = validate(value);

	say({ valid, errors: valid ? [] : validate.errors.map((e) => `${e.instancePath} ${e.message}`) });
}

// The operation of a method and a path, whose {parameters} stand for one segment each.
function findOperation(document, method, path) {
	const segments = path.split("?")[0].split("/");

	for (const [template, item] of Object.entries(document.paths)) {
		const wanted = template.split("/");
		const fits =
			wanted.length === segments.length &&
			wanted.every((segment, i) => segment.startsWith("{") || segment === segments[i]);

		if (fits && item[method.toLowerCase()]) return [template, item[method.toLowerCase()]];
	}
	return [undefined, undefined];
}

function pointer(...names) {
	return "#/" + names.map((name) => encodeURIComponent(name.replace(/~/g, "~0").replace(/\//g, "~1"))).join("/");
}

function schemaAt(ajv, ...names) {
	return ajv.getSchema(DOCUMENT + pointer(...names));
}

// What was taken must be what the document takes.
function faultsOfBody(ajv, call, template, operation) {
	const at = ["paths", template, call.method.toLowerCase(), "requestBody", "content", "application/json"];

	if (call.status >= 300 || call.body === null || call.body === undefined) return [];
	if (!operation.requestBody) return ["a body where none is taken"];
	const validate = schemaAt(ajv, ...at, "schema");

	return validate(call.body) ? [] : validate.errors.map((e) => `body ${e.instancePath} ${e.message}`);
}

function faultsOfAnswer(ajv, call, template, operation) {
	const key = operation.responses[call.status] ? String(call.status) : "default";
	const content = operation.responses[key].content;
	const type = call.type || "";
	const at = ["paths", template, call.method.toLowerCase(), "responses", key, "content", type];

	if (key === "default" && call.status < 400) return [`no answer with ${call.status}`];
	if (!content) return type ? [`a body of ${type}`] : [];
	if (!content[type]) return [`${key} has no ${type}`];
	if (!content[type].schema) return [];
	const validate = schemaAt(ajv, ...at, "schema");

	return validate(call.answer) ? [] : validate.errors.map((e) => `answer ${e.instancePath} ${e.message}`);
}

// Judges a call by its operation in the document; one that is not there must have been refused.
function contract(ajv, document, call) {
	const [template, operation] = findOperation(document, call.method, call.path);

	if (!operation)
		return say({ valid: call.status === 404 || call.status === 405 || call.status === 403, errors: ["no such operation"] });
	const errors = [
		...faultsOfBody(ajv, call, template, operation),
		...faultsOfAnswer(ajv, call, template, operation),
	];

	say({ valid: errors.length === 0, errors, operation: operation.operationId });
}

const verbs = {
	yaml() {
		for (const file of files) say(parse(readFileSync(file, "utf8")));
	},
	async schema() {
		const validate = new Ajv({ strict: true, strictTypes: false, strictRequired: false }).compile(
			readJson(files[0]),
		);

		for (const value of await lines()) judge(validate, value);
	},
	async openapi() {
		const result = await new Validator().validate(readJson(files[0]));

		say({ valid: result.valid, errors: result.errors ? [JSON.stringify(result.errors)] : [] });
	},
	async contract() {
		const document = readJson(files[0]);
		const ajv = new Ajv({ strict: false });

		ajv.addSchema({ $id: DOCUMENT, ...document });
		for (const call of await lines()) contract(ajv, document, call);
	},
};

await verbs[verb]();
