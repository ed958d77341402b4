// What actions can make beside literals; the same as `make` in the player of the Rust tests.

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
  bytes: (text) => new TextEncoder().encode(text),
};
