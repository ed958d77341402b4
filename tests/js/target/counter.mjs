// The smallest capability with state.

import { RpcTarget } from "capnweb";

export class Counter extends RpcTarget {
  #value;

  constructor(value) {
    super();
    this.#value = value;
  }

  get value() {
    return this.#value;
  }

  increment(n = 1) {
    this.#value += n;
    return this.#value;
  }
}
