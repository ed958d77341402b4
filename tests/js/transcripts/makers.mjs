// What actions can make beside literals; the same as `make` in the player of the Rust tests.

import { RpcStub } from "capnweb";

export const makers = {
  times: (factor) => (x) => x * factor,
  nothing: () => () => undefined,
  wrapping: () => (x) => ({ f: () => undefined, x }),
  throwing: (text) => () => { throw new RangeError(text); },
  error: (name, message, props = {}) => {
    const classes = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
    return Object.assign(new (classes[name] ?? Error)(message), props);
  },
  date: (ms) => new Date(ms),
  bigint: (digits) => BigInt(digits),
  long: () => BigInt("9".repeat(16_385)),
  stub: (target) => new RpcStub(target),
  stream: streamOf,
  sink: () => new WritableStream(),
  blob: (type, text) => new Blob([text], { type }),
  bytes: (text) => new TextEncoder().encode(text),
};

// What `ReadableStream.from` returns is no plain stream, which cannot be sent.
export function streamOf(...chunks) {
  return new ReadableStream({
    pull(controller) {
      if (chunks.length > 0) controller.enqueue(chunks.shift());
      else controller.close();
    },
  });
}
