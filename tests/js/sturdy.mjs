// Restores sturdy references, and narrows them without the server.
//
//     node sturdy.mjs 'ws://HOST:PORT/#cwref_…'

import assert from "node:assert/strict";
import { RpcTarget, newWebSocketRpcSession } from "capnweb";
import WebSocket from "ws";

import { narrow } from "./narrow.mjs";

globalThis.WebSocket ??= WebSocket; // Node.js has one of its own from version 22 on

const link = new URL(process.argv[2]);
const reference = link.hash.slice(1);
link.hash = "";

// What this side restores in turn.
class Tills extends RpcTarget {
  restore(text) {
    if (text !== reference) throw Object.assign(new Error("no such reference"), { code: "NO_SUCH_REFERENCE" });
    return new Till();
  }
}

class Till extends RpcTarget {
  sum() {
    return 77;
  }
}

// What a call returns is no `Promise` of the language's own, which `assert` insists on.
const rejects = (call, expected) => assert.rejects(async () => await call, expected);

const refused = (call) => rejects(call, { message: "no such reference", code: "NO_SUCH_REFERENCE" });

const shop = newWebSocketRpcSession(link.href, new Tills());
const restorer = await shop.restorer();

const till = await restorer.restore(reference);
assert.equal(await till.add(5), 5);
assert.equal(await shop.restorer().restore(reference).sum(), 5, "in one round trip");

const reader = await narrow(reference, { methods: ["sum"] });
const read = await restorer.restore(reader);
assert.equal(await read.sum(), 5);
await rejects(read.add(1), { message: "'add' is not a function." });

const once = await narrow(reader, { oneShot: "the first" });
assert.equal(await restorer.restore(once).sum(), 5);
await refused(restorer.restore(once));
await refused(restorer.restore(await narrow(once, { methods: ["sum", "add"] })));
assert.equal(await restorer.restore(await narrow(reader, { oneShot: "the second" })).sum(), 5);

await refused(restorer.restore(await narrow(reference, { expires: Date.now() - 1 })));
await refused(restorer.restore(await narrow(reference, { ip: "127.0.0.1" })));
await refused(restorer.restore(reference.slice(0, -4)));

assert.equal(await shop.visit(reference), 77, "the other way round");
assert.equal(await shop.visit(reader), null, "what this side does not know");

await shop.close();
await rejects(till.sum(), { message: "revoked: closed", code: "REVOKED" });
await rejects(read.sum(), { message: "revoked: closed", code: "REVOKED" });
await refused(restorer.restore(reference));
await refused(restorer.restore(reader));
console.log("the references work");
shop[Symbol.dispose]();
