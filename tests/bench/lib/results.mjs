// Results: measurements by case and subject, their medians as a table and as JSON, and what is missing.
import { median } from "./statistics.mjs";

export class Results {
  constructor(cases, subjects) {
    this.cases = cases; // {case, unit}, in the order of the table; {subjects} if not all of them
    this.subjects = subjects; // ours first
    this.values = new Map();
    this.failures = new Map();
  }

  // Runs one measurement and keeps what it gives. A subject that fails is missing, not the rest.
  async measure(name, subject, run) {
    const key = `${name} ${subject}`;
    try {
      const value = await run();
      if (!Number.isFinite(value)) throw new Error(`it measured ${value}`);
      this.values.set(key, [...(this.values.get(key) ?? []), value]);
    } catch (error) {
      this.failures.set(key, error.message);
      console.error(`${name}, ${subject}: ${error.message}`);
    }
  }

  value(name, subject) {
    const key = `${name} ${subject}`;
    const values = this.values.get(key);
    return this.failures.has(key) || !values ? undefined : median(values);
  }

  // "durable-mutation of yjs", for each that was to be measured and is not there.
  missing() {
    return this.cases.flatMap(({ case: name, subjects = this.subjects }) =>
      subjects
        .filter((subject) => this.value(name, subject) === undefined)
        .map((subject) => `${name} of ${subject}`),
    );
  }

  list() {
    return this.cases.flatMap(({ case: name, unit, subjects = this.subjects }) =>
      subjects
        .map((subject) => ({ case: name, subject, value: this.value(name, subject), unit }))
        .filter(({ value }) => value !== undefined),
    );
  }

  // Behind each peer, how many times better than its ours is: above 1, ours is faster or smaller.
  table() {
    const [ours, ...peers] = this.subjects;
    const rows = this.cases.map(({ case: name, unit, note, subjects = this.subjects }) => {
      const a = this.value(name, ours);
      const others = peers.flatMap((peer) => {
        if (!subjects.includes(peer)) return ["-", ""];
        const b = this.value(name, peer);
        const better = unit === "1/s" ? a / b : b / a;
        return [shown(b, unit), Number.isFinite(better) ? `${better.toFixed(2)} x` : "-"];
      });
      return [name, shown(a, unit), ...others, note ?? ""];
    });
    const head = peers.flatMap((peer) => [peer, `${ours} is`]);
    const lines = [["case", ours, ...head, ""], ...rows];
    const notes = lines[0].length - 1;
    const widths = lines[0].map((_, column) =>
      Math.max(...lines.map((line) => line[column].length)),
    );
    return lines
      .map((line) =>
        line
          .map((cell, column) =>
            column === 0 || column === notes
              ? cell.padEnd(column === 0 ? widths[column] : 0)
              : cell.padStart(widths[column]),
          )
          .join("  ")
          .trimEnd(),
      )
      .join("\n");
  }
}

function shown(value, unit) {
  if (value === undefined) return "missing";
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${unit}`;
}
