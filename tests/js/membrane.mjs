// Is handed things through a membrane, hands some in, and sees all of them end with it.
//
//     node membrane.mjs ws://HOST:PORT/

import assert from "node:assert/strict";
import { newWebSocketRpcSession } from "capnweb";
import WebSocket from "ws";

globalThis.WebSocket ??= WebSocket; // Node.js has one of its own from version 22 on

const house = newWebSocketRpcSession(process.argv[2]);
const desk = await house.lend();

// A result, and a call on one that has not arrived.
const opened = await desk.open();
assert.equal(await opened.look(), "pencils");
assert.equal(await desk.open().look(), "pencils");

// What a callback is given.
let shown;
const said = await desk.show(async (drawer) => {
  shown = drawer.dup();
  return `I see ${await drawer.look()}`;
});
assert.equal(said, "I see pencils");

// A chunk, and the next one, for which somebody waits.
const reader = (await desk.drawers()).getReader();
const { value: streamed } = await reader.read();
assert.equal(await streamed.look(), "pencils");
const waiting = reader.read().catch((error) => error);

// A callback that the inside keeps.
let called = 0;
await desk.remember(() => `called ${++called} times`);
assert.equal(await house.callBack(), "called 1 times");

await house.end("moving out");
const failed = (promise) => promise.then((value) => assert.fail(`it is ${value}`), (error) => error);
const errors = [
  await waiting,
  await failed(opened.look()),
  await failed(shown.look()),
  await failed(streamed.look()),
  await failed(desk.open()),
  await failed(desk.open().look()),
  await failed(house.callBack()),
];
for (const error of errors) {
  assert.equal(error.message, "revoked: moving out");
  assert.equal(error.code, "REVOKED");
  assert.equal(error.reason, "moving out");
}
assert.equal(called, 1);

console.log("all of it has ended");
process.exit(0);
