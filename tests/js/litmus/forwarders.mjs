// Less than a safe, by hand: each is a class that has the methods it means to have, and passes them on.

import { RpcTarget } from "capnweb";

// Something that stands in front of a safe, and lets go of it when it is let go of.
class Forwarder extends RpcTarget {
  #safe;

  constructor(safe) {
    super();
    this.#safe = safe;
  }

  // Not reachable from a peer: it takes a key that none has.
  static safeOf(forwarder) {
    return forwarder.#safe;
  }

  [Symbol.dispose]() {
    this.#safe?.[Symbol.dispose]();
    this.#safe = undefined;
  }
}

const safeOf = Forwarder.safeOf;

// Looks, and hands out what looks.
export class Reader extends Forwarder {
  peek() {
    return safeOf(this).peek();
  }

  inner() {
    return new Reader(safeOf(this).inner());
  }

  list() {
    return safeOf(this).list().map((safe) => new Reader(safe));
  }

  doors() {
    // Not by `pipeThrough`: what comes of it cannot be sent from Node.js.
    const doors = safeOf(this).doors().getReader();
    return new ReadableStream({
      async pull(controller) {
        const { done, value } = await doors.read();
        if (done) controller.close();
        else controller.enqueue(new Reader(value));
      },
      cancel: (reason) => doors.cancel(reason),
    });
  }

  async later() {
    return new Reader(await safeOf(this).later());
  }

  failing() {
    return safeOf(this).failing();
  }
}

// Can be revoked: a caretaker.
export class Loan extends Forwarder {
  #reason;

  // For who has made it; a peer that calls it gets nowhere, for it needs the class.
  static end(loan, reason) {
    loan.#reason ??= reason;
    loan[Symbol.dispose]();
  }

  get #target() {
    if (this.#reason !== undefined) throw new Error(`revoked: ${this.#reason}`);
    return safeOf(this);
  }

  peek() {
    return this.#target.peek();
  }

  take(value) {
    return this.#target.take(value);
  }

  hold() {
    return this.#target.hold();
  }

  inner() {
    return this.#target.inner();
  }

  ticks() {
    return this.#target.ticks();
  }
}

// Takes so many calls.
export class Budget extends Forwarder {
  #left;

  constructor(safe, calls) {
    super(safe);
    this.#left = calls;
  }

  get #target() {
    if (this.#left === 0) throw new Error("denied: the budget is used up");
    this.#left -= 1;
    return safeOf(this);
  }

  peek() {
    return this.#target.peek();
  }

  take(value) {
    return this.#target.take(value);
  }

  hold() {
    return this.#target.hold();
  }
}

export class PeekAndTake extends Forwarder {
  peek() {
    return safeOf(this).peek();
  }

  take(value) {
    return safeOf(this).take(value);
  }
}

export class PeekAndEmpty extends Forwarder {
  peek() {
    return safeOf(this).peek();
  }

  empty() {
    return safeOf(this).empty();
  }
}
