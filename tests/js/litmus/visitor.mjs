// What a visitor holds.

import { RpcStub, RpcTarget } from "capnweb";

import { Budget, Loan, PeekAndEmpty, PeekAndTake, Reader } from "./forwarders.mjs";
import { Safe } from "./safe.mjs";

export class Visitor extends RpcTarget {
  #world;
  #isHere = true;

  constructor(world) {
    super();
    this.#world = world;
    world.visitors += 1;
  }

  [Symbol.dispose]() {
    if (!this.#isHere) return;
    this.#isHere = false;
    this.#world.visitors -= 1;
  }

  echo(value) {
    return value;
  }

  ignore(_value) {}

  numbers(n) {
    return Array.from({ length: n }, (_, i) => i);
  }

  one(value) {
    this.#world.worked += 1;
    return value;
  }

  hang() {
    return new Promise(() => {});
  }

  breaks() {
    const vault = { combination: "12-34-56" };
    throw new Error(`assertion failed: ${JSON.stringify(vault)} is open`);
  }

  check(pin) {
    if (!Number.isInteger(pin) || pin < 0) throw new TypeError("the pin has to be a natural number");
    throw new Error("no");
  }

  post(value) {
    this.#world.posted = value.dup();
  }

  fetch() {
    return this.#world.posted.dup();
  }

  ticket() {
    return new Ticket();
  }

  admit(ticket) {
    if (!(ticket instanceof RpcStub)) throw new TypeError("a ticket has to be an object");
    this.#world.admitted += 1;
    return true;
  }

  safe() {
    return new Safe(this.#world);
  }

  reader() {
    return new Reader(this.safe());
  }

  loan() {
    return this.#lend("loan", this.safe());
  }

  async laterLoan() {
    await this.#world.opened;
    return this.loan();
  }

  short() {
    const safe = new ShortSafe(this.#world);
    return safe.revokes(this.#lend("short", safe));
  }

  budget(calls) {
    this.#world.lastBudget = new Budget(this.safe(), calls);
    return this.#world.lastBudget;
  }

  again() {
    return this.#world.lastBudget;
  }

  stacked() {
    return new PeekAndEmpty(new PeekAndTake(this.safe()));
  }

  #lend(name, safe) {
    const loan = new Loan(safe);
    this.#world.lend(name, { end: (reason) => Loan.end(loan, reason) });
    return loan;
  }
}

class Ticket extends RpcTarget {}

// Revokes what it was lent by as soon as something of it is taken.
class ShortSafe extends Safe {
  #loan;

  revokes(loan) {
    this.#loan = loan;
    return loan;
  }

  take(value) {
    const taken = super.take(value);
    Loan.end(this.#loan, "called in");
    return taken;
  }
}
