// What all who are connected share, and what is counted of it.

export class World {
  worked = 0;
  robbed = 0;
  admitted = 0;
  alive = 0;
  visitors = 0;
  callbacks = [];
  posted = undefined;
  lastBudget = undefined;

  // Resolved when the owner opens.
  opened;
  open;

  #loans = new Map();
  #revoked = new Map();

  constructor() {
    this.opened = new Promise((resolve) => {
      this.open = resolve;
    });
  }

  // Puts a caretaker under a name; if that is revoked already, so is the caretaker.
  lend(name, loan) {
    if (this.#revoked.has(name)) loan.end(this.#revoked.get(name));
    else this.#loans.set(name, [...(this.#loans.get(name) ?? []), loan]);
    return loan;
  }

  revoke(name, reason) {
    this.#revoked.set(name, reason);
    for (const loan of this.#loans.get(name) ?? []) loan.end(reason);
    this.#loans.delete(name);
  }
}
