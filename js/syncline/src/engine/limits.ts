// What one transaction may use: Convex's limits, and the narrower ones that a call of another function may
// set ({transactionLimits}).
import { SynclineError } from "../error.ts";
import { schedulingLimits } from "./jobs.ts";
import { type CoreMetrics, operation, type Use } from "./operations.ts";
import type { HostUsage, Transaction } from "./transaction.ts";

export interface TransactionMetrics extends CoreMetrics, Record<keyof HostUsage, Use> {}

export type TransactionLimits = Partial<Record<keyof TransactionMetrics, number>>;

const hostLimits: Readonly<Record<keyof HostUsage, number>> = {
  functionsScheduled: schedulingLimits.functions,
  scheduledFunctionArgsBytes: schedulingLimits.argsBytes,
  filesWritten: 1000,
  fileWriteBytes: 256 << 20,
  filesRead: 1000,
  fileReadBytes: 256 << 20,
};

export function metricsOf(transaction: Transaction): TransactionMetrics {
  const metrics = transaction.call<CoreMetrics>(operation.metrics, {}) as TransactionMetrics;
  for (const [name, limit] of Object.entries(hostLimits) as [keyof HostUsage, number][]) {
    const used = transaction.usage[name];
    metrics[name] = { used, remaining: Math.max(0, limit - used) };
  }
  return metrics;
}

interface Ceiling {
  name: keyof TransactionMetrics;
  limit: number;
  // What may have been used in the whole transaction.
  usedMax: number;
}

export class LimitChecks {
  static readonly none = new LimitChecks([]);

  private constructor(private readonly ceilings: readonly Ceiling[]) {}

  // These, and others for what is used from now on.
  within(transaction: Transaction, limits: TransactionLimits): LimitChecks {
    const wanted = Object.entries(limits) as [keyof TransactionMetrics, number][];
    if (wanted.length === 0) return this;
    const metrics = metricsOf(transaction);
    const ceilings = wanted.map(([name, limit]): Ceiling => {
      const use = metrics[name];
      if (!use) throw new SynclineError("invalid", `transactionLimits has no "${name}"`);
      if (typeof limit !== "number" || !(limit >= 0)) {
        throw new SynclineError("invalid", `transactionLimits.${name} must be a number from 0`);
      }
      return { name, limit, usedMax: use.used + limit };
    });
    return new LimitChecks([...this.ceilings, ...ceilings]);
  }

  check(transaction: Transaction): void {
    if (this.ceilings.length === 0) return;
    const metrics = metricsOf(transaction);
    const over = this.ceilings.find(({ name, usedMax }) => metrics[name].used > usedMax);
    if (!over) return;
    throw new SynclineError(
      "invalid",
      `This function used more than its caller allows: ${over.name} (limit: ${over.limit})`,
    );
  }

  // What remains under these, too.
  narrow(metrics: TransactionMetrics): TransactionMetrics {
    for (const { name, usedMax } of this.ceilings) {
      const use = metrics[name];
      use.remaining = Math.max(0, Math.min(use.remaining, usedMax - use.used));
    }
    return metrics;
  }
}
