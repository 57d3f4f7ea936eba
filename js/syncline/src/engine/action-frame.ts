// ActionFrame: one run of an action or HTTP action, and what it may do. It runs outside of the database's
// lock; each call of a query or mutation is a transaction of its own.
import type { JSONValue } from "convex/values";
import type { FunctionAddress, FunctionPath } from "./address.ts";
import type { Caller } from "./caller.ts";
import { FunctionCalls, type FunctionStart, type HostParts } from "./calls.ts";
import { operation } from "./operations.ts";
import type { Transaction } from "./transaction.ts";

// What actions have of the engine. Everything waits for its turn there.
export interface ActionHost {
  transact<Result>(
    kind: "query" | "mutation",
    caller: Caller,
    run: (transaction: Transaction) => Result,
  ): Promise<Result>;
  // Calls a function, also an internal one; its result as JSON text. Throws a FunctionFailed.
  call(
    kind: "query" | "mutation" | "action",
    path: FunctionPath,
    argsText: string,
    caller: Caller,
  ): Promise<string>;
}

export interface VectorMatch {
  _id: string;
  _score: number;
}

export class ActionFrame extends FunctionCalls {
  private isOpen = true;

  constructor(
    parts: HostParts,
    private readonly host: ActionHost,
    start: Omit<FunctionStart, "kind">,
  ) {
    super(parts, { ...start, kind: "action" });
  }

  async run(
    kind: "query" | "mutation" | "action",
    address: FunctionAddress,
    argsText: string,
  ): Promise<string> {
    this.requireOpen();
    const path = this.resolve(address);
    const identity = path.component === this.component ? this.identity() : null;
    return this.host.call(kind, path, argsText, { ...this.caller, identity });
  }

  // `query` as npm convex makes it: {indexName: "table.index", limit?, vector, expressions}.
  vectorSearch(query: JSONValue): Promise<VectorMatch[]> {
    return this.within("query", (transaction) => {
      const { indexName, ...rest } = query as { indexName: string };
      const name = this.component === "" ? indexName : `${this.component}/${indexName}`;
      return transaction.call<{ results: VectorMatch[] }>(operation.vectorSearch, {
        query: { indexName: name, ...rest },
      }).results;
    });
  }

  override nowMs(): number {
    return Date.now();
  }

  end(): void {
    this.isOpen = false;
  }

  protected override async within<Result>(
    kind: "query" | "mutation",
    run: (transaction: Transaction) => Result,
  ): Promise<Result> {
    this.requireOpen();
    return this.host.transact(kind, this.caller, run);
  }

  private requireOpen(): void {
    if (!this.isOpen) {
      throw new Error(`${this.path} has ended: await every call of ctx before it returns`);
    }
  }
}
