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
  simulation: {
    target: "simulate",
    command: "tests/simulation/simulate",
    unit: "seeds",
    args: (count) => ["--seeds", `${count}`, "--first"],
    countOf: (output, count) => Number(/^seed (\d+) fails/m.exec(output)?.[1] ?? count),
  },
  // Strict mutations against one serial order: shared/replica/strict_test.cpp, which has 25.
  histories: {
    target: "shared_test",
    command: "shared/shared_test",
    unit: "histories",
    args: () => ["--test-case=accepted strict mutations*"],
    countOf: (output, count) => Number(/seed := (\d+)/.exec(output)?.[1] ?? count),
  },
};

const oracle = (name, within = 2000) => ({ name, by: "oracle", within });
const simulation = (name, within = 40) => ({ name, by: "simulation", within });
const histories = (name, within = 25) => ({ name, by: "histories", within });

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
  // --- what strict mutations rely on ---
  histories("strict-misses-inserts"),
  histories("strict-misses-what-left"),
  histories("strict-seq-off-by-one"),
  // --- live queries ---
  oracle("empty-walk-reads-nothing"),
  oracle("moved-row-not-missed"),
  oracle("errors-are-not-watched"),
  // --- the merge ---
  simulation("last-come-wins"),
  // --- the relay's judgement ---
  simulation("lost-dedup"),
  simulation("gap-accepted"),
  simulation("clock-ahead-wins"),
  simulation("own-order-lost"),
  simulation("tenant-unasked"),
  simulation("strict-always-refused"),
  simulation("edit-always-refused"),
  simulation("sweep-too-early"),
  simulation("restored-unnoticed"),
  simulation("unique-unasked"),
  simulation("restrict-unasked"),
  simulation("follower-missed"),
  simulation("role-of-move-unasked"),
  simulation("history-untrimmed"),
  // --- what sessions are due ---
  simulation("forget-missed"),
  simulation("role-change-missed"),
  simulation("snapshot-of-no-moment"),
  // --- the device ---
  simulation("stamp-re-made"),
  simulation("cursor-before-data"),
  simulation("confirmed-not-kept"),
  simulation("refusal-not-undone"),
  simulation("settles-one-too-many"),
  simulation("settled-before-its-delta"),
  simulation("snapshot-seen-early"),
  simulation("not-offered-again"),
];
