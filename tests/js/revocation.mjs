// Takes back what others hold, with a revoker that came over the wire.
//
//     node revocation.mjs ws://HOST:PORT/

import assert from "node:assert/strict";
import { newWebSocketRpcSession } from "capnweb";
import WebSocket from "ws";

globalThis.WebSocket ??= WebSocket; // Node.js has one of its own from version 22 on

const api = newWebSocketRpcSession(process.argv[2]);
const door = await api.lend();
const revoker = await api.revoker();
assert.equal(await door.knock(), "come in");
assert.equal(await revoker.isRevoked(), false);

// A call that hangs fails when it is revoked, with the reason.
const hanging = door.hang().catch((error) => error);
await revoker.revoke("moving out");
for (const error of [await hanging, await door.knock().catch((error) => error)]) {
  assert.equal(error.message, "revoked: moving out");
  assert.equal(error.code, "REVOKED");
  assert.equal(error.reason, "moving out");
}
assert.equal(await revoker.isRevoked(), true);
await revoker.revoke(); // once more changes nothing
assert.equal(await api.isOpen(), true);

console.log("it is revoked");
process.exit(0);
