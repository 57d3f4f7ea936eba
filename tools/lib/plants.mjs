// The bugs that tools/plants plants, and what must catch each, within how much. The place of a bug is where
// the sources say PLANTED("name").
export const mark = "syncline-planted:";

// What can catch a bug. target: what to build; command: the program, in build/plants; args: so that it runs
// at most `count` and stops at the first failure; countOf: after how many that was.
export const watchers = {
  oracle: {
    target: "oracle",
    command: "tests/oracle/oracle",
    unit: "programs",
    args: (count) => ["--programs", `${count}`, "--first"],
    countOf: (output, count) =>
      Number(/^(?:program|seed) (\d+)(?: differs|: stopped)/m.exec(output)?.[1] ?? count),
  },
};

const oracle = (name, within = 2000) => ({ name, by: "oracle", within });

export const plants = [
  // --- values and their keys ---
  oracle("undefined-as-null"),
  oracle("negative-floats-unflipped"),
  oracle("great-negative-ints-last"),
  oracle("nul-ends-a-string"),
  oracle("undefined-literals-dropped"),
  oracle("minus-zero-as-zero"),
  // --- ranges and filters ---
  oracle("order-reversed"),
  oracle("gt-as-gte"),
  oracle("lte-as-lt"),
  oracle("equalities-only-in-order"),
  oracle("id-of-another-type-finds-all"),
  oracle("filter-lt-as-lte"),
  oracle("and-as-or"),
  oracle("int64-overflow-wraps"),
  oracle("nested-paths-cut"),
  // --- walks and pages ---
  oracle("limit-before-filter"),
  oracle("unconsumed-rows-are-lost"),
  oracle("page-repeats-a-row"),
  oracle("end-cursor-cuts-its-row"),
  oracle("cursor-of-another-query"),
  // --- writes and transactions ---
  oracle("stale-index-entries"),
  oracle("rollback-does-nothing"),
  oracle("patch-removes-nothing"),
  oracle("changes-unjudged"),
  oracle("extra-fields-taken"),
  oracle("id-of-another-table"),
  // --- live queries ---
  oracle("empty-walk-reads-nothing"),
  oracle("moved-row-not-missed"),
  oracle("errors-are-not-watched"),
];
