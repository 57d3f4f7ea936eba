// The q of withIndex(name, q => ...): bounds in the order in which they were given; the core judges them.
import type { JSONValue, Value } from "convex/values";
import { valueOrUndefinedToJson } from "../values.ts";

type Bound = "Eq" | "Gt" | "Gte" | "Lt" | "Lte";

export class IndexRangeBuilder {
  private isConsumed = false;

  private constructor(private readonly range: readonly JSONValue[]) {}

  static begin(): IndexRangeBuilder {
    return new IndexRangeBuilder([]);
  }

  eq(field: string, value: Value | undefined): IndexRangeBuilder {
    return this.with("Eq", field, value);
  }
  gt(field: string, value: Value | undefined): IndexRangeBuilder {
    return this.with("Gt", field, value);
  }
  gte(field: string, value: Value | undefined): IndexRangeBuilder {
    return this.with("Gte", field, value);
  }
  lt(field: string, value: Value | undefined): IndexRangeBuilder {
    return this.with("Lt", field, value);
  }
  lte(field: string, value: Value | undefined): IndexRangeBuilder {
    return this.with("Lte", field, value);
  }

  export(): readonly JSONValue[] {
    this.consume();
    return this.range;
  }

  private with(type: Bound, fieldPath: string, value: Value | undefined): IndexRangeBuilder {
    this.consume();
    const bound = { type, fieldPath, value: valueOrUndefinedToJson(value) };
    return new IndexRangeBuilder([...this.range, bound]);
  }

  private consume(): void {
    if (this.isConsumed) {
      throw new Error(
        "IndexRangeBuilder has already been used! Chain your method calls like `q => q.eq(...).eq(...)`. See https://docs.convex.dev/using/indexes",
      );
    }
    this.isConsumed = true;
  }
}
