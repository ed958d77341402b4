// Everything at once, for a while: what a client can do with a target, in random order, over several
// sessions that last and others that come and go. Afterwards nothing is left of it, on either end.
//
//     node --expose-gc soak/client.mjs ws://HOST:PORT/ SECONDS
//
// Prints `heap BYTES` each second, what is alive here after a collection; at the end `did COUNT WHAT`
// for each thing that it does, and `settled`.

import assert from "node:assert/strict";
import { writeSync } from "node:fs";

import { connect, dispose, eventually, forget } from "../scenarios/lib.mjs";
import { ACTS } from "./acts.mjs";

const SECONDS = Number(process.argv[3]);
const SESSIONS = 3;

// What is done at the same time in each session.
const WORKERS = 2;

const done = Object.fromEntries(Object.keys(ACTS).map((name) => [name, 0]));
done.reconnect = 0;
const end = performance.now() + SECONDS * 1000;

// On a machine that is busy, it goes on until everything was done once.
const isOver = () => performance.now() >= end && Object.values(done).every((count) => count > 0);

async function work(api) {
  while (!isOver()) await actOnce(api);
}

async function actOnce(api) {
  const names = Object.keys(ACTS);
  const name = names[Math.floor(Math.random() * names.length)];
  await ACTS[name](api).catch((error) => fail(name, error));
  done[name] += 1;
}

// A session that lasts: begins and ends with the same tables.
async function stay() {
  const peer = connect();
  const idle = await peer.api.stats();
  await Promise.all(Array.from({ length: WORKERS }, () => work(peer.api)));
  // The target keeps the last callback; a function of its own takes its place.
  const own = await peer.api.returnNull;
  await peer.api.registerCallback(own);
  dispose(own);
  await eventually(peer.api, async () => {
    assert.deepEqual(peer.stats(), { imports: 1, exports: 1 });
    const { imports, exports } = await peer.api.stats();
    assert.deepEqual({ imports, exports }, { imports: idle.imports, exports: idle.exports });
  }).catch((error) => fail("the tables", error));
  dispose(peer.api);
}

// Sessions that come, and go with something under way: closed, or cut.
async function comeAndGo() {
  for (let round = 0; !isOver(); round += 1) {
    const peer = connect();
    for (let i = 0; i < 3; i += 1) await actOnce(peer.api);
    const under = begin(peer.api);
    if (round % 3 === 0) await under.started;
    if (round % 2) dispose(peer.api);
    else peer.cut();
    await under.ended;
    forget(peer);
    done.reconnect += 1;
  }
}

// Begins what would take longer than the session lasts.
function begin(api) {
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue("x".repeat(1000)),
  });
  const counter = api.makeCounter(0);
  const calls = [api.slowMethod(2000), api.collectStream(endless), counter.increment()];
  const reading = (async () => {
    for await (const _chunk of await api.makeByteStream(100_000_000, 10_000));
  })();
  const ended = Promise.allSettled([...calls, reading]);
  return { started: api.returnNull(), ended };
}

function fail(what, error) {
  writeSync(process.stderr.fd, `failed ${what}: ${error?.stack ?? error}\n`);
  process.exit(1);
}

const measuring = setInterval(() => {
  globalThis.gc();
  console.log(`heap ${process.memoryUsage().heapUsed}`);
}, 1000);

await Promise.all([...Array.from({ length: SESSIONS }, stay), comeAndGo()]);
clearInterval(measuring);
for (const [name, count] of Object.entries(done)) console.log(`did ${count} ${name}`);
console.log("settled");
// Timers of calls that nobody waits for any more are no reason to stay.
process.exit(0);
