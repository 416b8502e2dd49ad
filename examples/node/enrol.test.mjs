// What a device does when NDES fails, by Node's own test runner. Nothing to install.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";

let server, control, folder;

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "device-"));
	server = spawn("mock-ndes", ["serve", "--listen", "127.0.0.1:0", "--quiet"], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	await once(server, "spawn");
	const [line] = await once(createInterface(server.stdout), "line");
	control = JSON.parse(line).control;
});

after(async () => {
	server.kill("SIGTERM");
	assert.deepEqual(await once(server, "exit"), [0, null]);
	await rm(folder, { recursive: true });
});

// A call of the control API; what is refused is an error with the server's words.
async function call(path, body = {}) {
	const answer = await fetch(control + path, { method: "POST", body: JSON.stringify(body) });
	if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
	return answer.json();
}

async function verify(...expectations) {
	const verdict = await call("/v1/verify", { expectations });
	assert.ok(verdict.passed, JSON.stringify(verdict.expectations, null, 2));
}

// The device under test: yours would stand here. Tells its exit status.
async function enrol(site, ...options) {
	let status;
	for (let tries = 0; tries < 3 && status !== 0; tries++)
		status = await new Promise((done) =>
			execFile("mock-ndes", ["enroll", site.scep, "--challenge", "secret", "--subject", "CN=device",
				"--out", join(folder, site.name), ...options], (error) => done(error ? error.code : 0)));
	return status;
}

describe("a device", { concurrency: true }, () => {
	it("comes back after 503", async () => {
		const site = await call("/v1/sites", { settings: { challenge: "secret" } });
		await call(`/v1/sites/${site.name}/faults`, {
			match: { operation: "PKIOperation" }, when: { times: 2 }, do: { status: 503 },
		});
		const device = enrol(site);
		const match = { site: site.name, outcome: "SUCCESS" };
		const found = await call("/v1/wait", { match, timeout: "30s" });
		assert.equal(found.requests[0].subject, "CN=device");
		assert.equal(await device, 0);
		await access(join(folder, site.name, "certificate.pem"));
		const refused = { site: site.name, status: "503" };
		await verify({ order: [refused, refused, match] },
			{ match: { site: site.name, operation: "PKIOperation" }, count: 3 });
	});

	it("enrols when the application pool has been started again", async () => {
		const site = await call("/v1/sites", { profile: "app-pool-stopped", settings: { challenge: "secret" } });
		assert.equal((await fetch(site.scep + "?operation=GetCACaps")).status, 503);
		assert.equal(await enrol(site), 1);
		await verify({ match: { site: site.name, status: "200" }, none: true });
		await call(`/v1/sites/${site.name}/app-pool/start`);
		assert.match(await (await fetch(site.scep + "?operation=GetCACaps")).text(), /^POSTPKIOperation/m);
		assert.equal(await enrol(site), 0);
	});

	it("renews before the end", async () => {
		const site = await call("/v1/sites", { settings: { challenge: "secret" } });
		assert.equal(await enrol(site), 0);
		await call(`/v1/sites/${site.name}/clock/advance`, { by: "360d" });
		const old = join(folder, site.name);
		assert.equal(await enrol(site, "--renew", old, "--force", "--clock-offset", "360d"), 0);
		const match = { site: site.name, outcome: "SUCCESS" };
		await verify({ order: [{ ...match, challenge: "fixed" }, { ...match, challenge: "not-needed" }] });
	});
});
