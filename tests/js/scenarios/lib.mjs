// What every scenario shares: connecting to the target named on the command line, numbered steps
// with a time limit, and the check at the end that nothing was leaked.
//
// A scenario prints `ok <step>` for each step that passed. The first one that does not ends the
// program with exit code 1 and `failed <step>: <why>` on stderr.

import assert from "node:assert/strict";
import { writeSync } from "node:fs";
import { RpcSession, WebSocketTransport } from "capnweb";
import WebSocket from "ws";

import { Recorder } from "../wire.mjs";

globalThis.WebSocket ??= WebSocket;

// A step that takes longer than this hangs.
const STEP_LIMIT_MS = 10_000;

// How many round trips a release may take to arrive. A release needs no answer, so that what
// another message triggers on the far side is seen a few round trips later at worst.
const ROUND_TRIPS = 50;

const sessions = [];

// What of the protocol has crossed the wire; printed when the scenario ends.
const recorded = { sent: new Set(), received: new Set() };
process.once("exit", () => {
  for (const [way, forms] of Object.entries(recorded)) {
    for (const form of forms) writeSync(process.stdout.fd, `${way} ${form}\n`);
  }
});

// Opens a session to the target; `api` is its main object, `stats()` what this side holds, and
// `cut()` ends the connection without a word.
export function connect(localMain, options) {
  const socket = new WebSocket(targetUrl());
  const transport = new Recorder(new WebSocketTransport(socket), recorded);
  const session = new RpcSession(transport, localMain, options);
  const peer = {
    api: session.getRemoteMain(),
    stats: () => session.getStats(),
    cut: () => socket.terminate(),
  };
  sessions.push(peer);
  return peer;
}

// Returns where the target is: the first argument.
export function targetUrl() {
  const [url] = process.argv.slice(2);
  if (url === undefined) fail("connect", new Error("usage: node SCENARIO.mjs ws://HOST:PORT/"));
  return url;
}

// Takes a session that has ended out of the check at the end.
export function forget(peer) {
  sessions.splice(sessions.indexOf(peer), 1);
}

// Runs one step.
export async function step(name, run) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${STEP_LIMIT_MS} ms`)), STEP_LIMIT_MS);
  });
  try {
    await Promise.race([run(), limit]);
  } catch (error) {
    fail(name, error);
  } finally {
    clearTimeout(timer);
  }
  console.log(`ok ${name}`);
}

// Retries an assertion, one round trip apart, until it holds.
export async function eventually(api, check) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await check();
    } catch (error) {
      if (tries === ROUND_TRIPS) throw error;
    }
    await api.returnNull();
  }
}

// The last step of every scenario: each session is back to its two main objects, and ends.
//
// `exports` is what the first session may still have exported: 1, and 1 for each thing the target
// was asked to keep. `imports` is what it may still hold.
export async function finish({ imports = 1, exports = 1 } = {}) {
  await step("nothing is leaked", async () => {
    for (const [i, peer] of sessions.entries()) {
      const expected = i === 0 ? { imports, exports } : { imports: 1, exports: 1 };
      await eventually(peer.api, () => assert.deepEqual(peer.stats(), expected));
    }
  });
  for (const peer of sessions) dispose(peer.api);
}

// Lets go of stubs, promises and results.
export function dispose(...owned) {
  for (const each of owned) each[Symbol.dispose]();
}

// Awaits the rejection of `promise` and checks its class and its message, own text or pattern.
export async function rejects(promise, type, message) {
  const error = await promise.then(
    (value) => assert.fail(`resolved to ${String(value)}`),
    (reason) => reason,
  );
  assert.equal(Object.getPrototypeOf(error), type.prototype, `class of ${error}`);
  if (message instanceof RegExp) assert.match(error.message, message);
  else assert.equal(error.message, message);
  return error;
}

function fail(name, error) {
  writeSync(process.stderr.fd, `failed ${name}: ${error?.stack ?? error}\n`);
  process.exit(1);
}

// A rejection that nobody looks at is a bug in the peer or in the scenario.
process.on("unhandledRejection", (reason) => fail("(a rejection nobody looked at)", reason));
