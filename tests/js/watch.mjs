// A client in JavaScript that watches tasks: with a stream of events, from any number.
//
// usage: node watch.mjs ws://HOST:PORT/rpc/ws
//
// The URL is a queue, open and with automatic dispatch. It prints `ok <step>` for each step, as the
// scenarios do.

import assert from "node:assert/strict";
import { connect, dispose, forget, rejects, step } from "./scenarios/lib.mjs";

let peer = connect();

async function submit(params) {
  const queue = await peer.api.getTaskQueue();
  return await queue.submit("compute", params);
}

async function collect(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}

function checkNumbers(events, first) {
  assert.deepEqual(
    events.map((event) => event.seq),
    events.map((_, i) => first + i),
  );
}

await step("a task is watched from its beginning to its end", async () => {
  const before = Date.now();
  const task = await submit({ iterations: 5 });
  const events = await collect(await task.events());
  checkNumbers(events, 1);
  assert.deepEqual(Object.keys(events[0]).sort(), ["at", "seq", "type"]);
  assert.ok(events[0].at >= before - 1_000 && events[0].at <= Date.now() + 1_000);
  assert.deepEqual([events[0].type, events[1].type], ["submitted", "started"]);
  assert.equal(events[1].attempt, 1);
  const last = events.at(-1);
  assert.equal(last.type, "completed");
  assert.deepEqual(last.result, { computed: 10, iterations: 5 });
  assert.deepEqual(await collect(await task.events(last.seq)), [last]);
});

await step("whoever was cut off goes on with the next number", async () => {
  const task = await submit({ iterations: 3_000 });
  const id = await task.id;
  const seen = [];
  while (seen.at(-1)?.type !== "completed") {
    const queue = await peer.api.getTaskQueue();
    const again = await queue.getTask(id);
    for await (const event of await again.events(seen.length + 1)) {
      seen.push(event);
      if (seen.length % 40 === 0) break;
    }
    peer.cut();
    forget(peer);
    peer = connect();
  }
  checkNumbers(seen, 1);
  const queue = await peer.api.getTaskQueue();
  const whole = await collect(await (await queue.getTask(id)).events());
  assert.deepEqual(seen, whole);
});

await step("a stream that nobody reads is in nobody's way", async () => {
  const task = await submit({ iterations: 500 });
  const unread = await task.events();
  const events = await collect(await task.events());
  assert.equal(events.at(-1).type, "completed");
  await unread.cancel("enough");
});

await step("a number is a number", async () => {
  const task = await submit({});
  await rejects(task.events("first"), TypeError, /from/);
  await rejects(task.events(-1), TypeError, /from/);
});

dispose(peer.api);
