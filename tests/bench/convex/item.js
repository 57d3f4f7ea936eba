// The fields of the n-th item, for every subject the same. JavaScript, because Node reads it too.
const statuses = ["draft", "planned", "running", "finished"];

export function itemFields(n, groupSize) {
  return {
    title: `Item number ${n}`,
    note: `What is to be said about it, ${(n * 2654435761) % 1000003}, fits on one line.`,
    group: Math.floor(n / groupSize),
    status: statuses[n % statuses.length],
    priority: n % 5,
    done: n % 3 === 0,
    due: 1_790_000_000_000 + n * 60_000,
  };
}
