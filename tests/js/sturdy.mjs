// Restores a sturdy reference, and narrows one without the server, as the documentation says how.
//
//     node sturdy.mjs 'ws://HOST:PORT/#cwref_…'

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { RpcTarget, newWebSocketRpcSession } from "capnweb";
import WebSocket from "ws";

globalThis.WebSocket ??= WebSocket; // Node.js has one of its own from version 22 on

const PREFIX = "cwref_";

// Returns a reference with one more caveat. The last 32 bytes are the signature: they sign the
// caveat, and are replaced by what comes of that.
function narrow(reference, caveat) {
  const bytes = Buffer.from(reference.slice(PREFIX.length), "base64url");
  const signature = bytes.subarray(-32);
  const text = Buffer.from(JSON.stringify(caveat));
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length);
  const signed = createHmac("sha256", signature).update(text).digest();
  const narrowed = Buffer.concat([bytes.subarray(0, -32), length, text, signed]);
  return PREFIX + narrowed.toString("base64url");
}

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

const refused = (promise) =>
  assert.rejects(promise, (error) => {
    assert.equal(error.message, "no such reference");
    assert.equal(error.code, "NO_SUCH_REFERENCE");
    return true;
  });

const shop = newWebSocketRpcSession(link.href, new Tills());
const restorer = await shop.restorer();

const till = await restorer.restore(reference);
assert.equal(await till.add(5), 5);
assert.equal(await shop.restorer().restore(reference).sum(), 5, "in one round trip");

const reader = narrow(reference, { methods: ["sum"] });
const read = await restorer.restore(reader);
assert.equal(await read.sum(), 5);
await assert.rejects(read.add(1), { message: "'add' is not a function." });

const once = narrow(reader, { oneShot: "the first" });
assert.equal(await restorer.restore(once).sum(), 5);
await refused(restorer.restore(once));
await refused(restorer.restore(narrow(once, { methods: ["sum", "add"] })));
assert.equal(await restorer.restore(narrow(reader, { oneShot: "the second" })).sum(), 5);

await refused(restorer.restore(narrow(reference, { expires: Date.now() - 1 })));
await refused(restorer.restore(narrow(reference, { ip: "127.0.0.1" })));
await refused(restorer.restore(reference.slice(0, -4)));

assert.equal(await shop.visit(reference), 77, "the other way round");
assert.equal(await shop.visit(reader), null, "what this side does not know");

await shop.close();
await assert.rejects(till.sum(), { message: "revoked: closed", code: "REVOKED" });
await assert.rejects(read.sum(), { message: "revoked: closed", code: "REVOKED" });
await refused(restorer.restore(reference));
await refused(restorer.restore(reader));
console.log("the references work");
shop[Symbol.dispose]();
