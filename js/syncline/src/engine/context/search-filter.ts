// The q of withSearchIndex(name, q => ...).
import type { JSONValue, Value } from "convex/values";
import { valueOrUndefinedToJson } from "../values.ts";
import { requireArg } from "./arguments.ts";

export class SearchFilterBuilder {
  private isConsumed = false;

  private constructor(private readonly filters: readonly JSONValue[]) {}

  static begin(): SearchFilterBuilder {
    return new SearchFilterBuilder([]);
  }

  search(fieldPath: string, query: string): SearchFilterBuilder {
    requireArg(fieldPath, 1, "search", "fieldName");
    requireArg(query, 2, "search", "query");
    return this.with({ type: "Search", fieldPath, value: query });
  }

  // An undefined that is given is a value; one that is left out is a mistake.
  eq(fieldPath: string, ...values: [Value | undefined]): SearchFilterBuilder {
    requireArg(fieldPath, 1, "eq", "fieldName");
    if (values.length !== 1) requireArg(values[0], 2, "search", "value");
    return this.with({ type: "Eq", fieldPath, value: valueOrUndefinedToJson(values[0]) });
  }

  export(): readonly JSONValue[] {
    this.consume();
    return this.filters;
  }

  private with(filter: JSONValue): SearchFilterBuilder {
    this.consume();
    return new SearchFilterBuilder([...this.filters, filter]);
  }

  private consume(): void {
    if (this.isConsumed) {
      throw new Error(
        "SearchFilterBuilder has already been used! Chain your method calls like `q => q.search(...).eq(...)`.",
      );
    }
    this.isConsumed = true;
  }
}
