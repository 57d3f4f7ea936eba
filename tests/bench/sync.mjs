// The suite "sync": two browsers, each with a profile of its own, through our relay and through the
// peer's server on this machine, in turns.
import { join } from "node:path";
import { loadApp } from "syncline/bundle";
import { NodeClients } from "./lib/node-clients.mjs";
import { Profile } from "./lib/profile.mjs";
import { Results } from "./lib/results.mjs";
import { YjsServer } from "./lib/server.mjs";
import { percentile } from "./lib/statistics.mjs";

export const subjects = ["syncline", "yjs"];

export const cases = [
  {
    case: "write-to-callback-p50",
    unit: "ms",
    note: "from one browser's write to the other's callback",
  },
  { case: "write-to-callback-p99", unit: "ms" },
  {
    case: "first-sync-10k",
    unit: "ms",
    note: "empty profile; ours durable in OPFS, yjs in memory",
  },
  { case: "first-sync-100k", unit: "ms" },
  {
    case: "relay-writes",
    unit: "1/s",
    note: "acknowledged as durable; yjs: seen by another, in memory",
  },
];

const sizes = {
  firstSyncs: { "first-sync-10k": 10_000, "first-sync-100k": 100_000 },
  rowsPerMutation: 10_000,
  groupSize: 100,
  smallRows: 1000,
  writes: 500,
  writeIntervalMs: 25,
  relayWarmUps: 500,
  relayWrites: 5000,
  relayInFlight: 500,
};

const quickSizes = {
  ...sizes,
  firstSyncs: { "first-sync-10k": 1000, "first-sync-100k": 2000 },
  rowsPerMutation: 500,
  writes: 40,
  relayWarmUps: 50,
  relayWrites: 300,
};

// Two clocks further apart than this cannot time what goes from one to the other.
const clockErrorMsMax = 1;

export async function run({ root, folder, relay, rounds, isQuick, log }) {
  const size = isQuick ? quickSizes : sizes;
  const results = new Results(cases, subjects);
  const server = await YjsServer.start({ folder });
  const clients = new NodeClients({
    app: await loadApp(join(root, "tests/bench/convex")),
    relay,
    server,
  });
  try {
    const rowsByTenant = { small: size.smallRows, ...size.firstSyncs };
    for (const [tenant, rows] of Object.entries(rowsByTenant)) {
      await clients.seed(tenant, { ...size, rows });
      log(`sync: ${tenant} seeded with ${rows} rows`);
    }
    for (let round = 0; round < rounds; ++round) {
      const order = round % 2 === 0 ? subjects : [...subjects].reverse();
      for (const subject of order) {
        const written = await writeToCallback({
          subject,
          folder,
          relay,
          server,
          clients,
          size,
        }).catch((error) => error);
        for (const part of [50, 99]) {
          await results.measure(`write-to-callback-p${part}`, subject, () => {
            if (written instanceof Error) throw written;
            return percentile(written, part / 100);
          });
        }
      }
      for (const [name, rows] of Object.entries(size.firstSyncs)) {
        for (const subject of order) {
          await results.measure(name, subject, async () => {
            const { profile, time } = await firstSync({
              subject,
              folder,
              relay,
              server,
              tenant: name,
              rows,
            });
            await profile.close();
            return time;
          });
        }
      }
      for (const subject of order) {
        await results.measure("relay-writes", subject, () =>
          subject === "syncline"
            ? clients.synclineWrites(`writes-${round}`, size)
            : clients.yjsWrites(`writes-${round}`, size),
        );
      }
      log(`sync: round ${round + 1} of ${rounds}`);
    }
  } finally {
    await clients.close();
    await server.stop();
  }
  return { results, remarks: [] };
}

// Opens a browser with an empty profile on the tenant: {profile, time in ms}.
async function firstSync({ subject, folder, relay, server, tenant, rows }) {
  const profile = await Profile.open({ folder, origin: relay.origin });
  try {
    const time =
      subject === "syncline"
        ? await profile.call("firstSyncSyncline", {
            name: "bench",
            token: await relay.token(tenant),
            url: relay.origin,
            rows,
          })
        : await profile.call("firstSyncYjs", { url: server.url, room: tenant, rows });
    return { profile, time };
  } catch (error) {
    await profile.close();
    throw error;
  }
}

// Milliseconds from each write to the other browser's callback.
async function writeToCallback({ subject, folder, relay, server, clients, size }) {
  const open = async () =>
    (await firstSync({ subject, folder, relay, server, tenant: "small", rows: size.smallRows }))
      .profile;
  const writer = await open();
  try {
    const reader = await open();
    try {
      await checkClocks(writer, reader);
      const suffix = subject === "syncline" ? "Syncline" : "Yjs";
      const place = subject === "syncline" ? clients.firstItem("small") : { id: "0" };
      await reader.call(`watch${suffix}`, place);
      // The first few are warm-ups.
      const count = size.writes + Math.ceil(size.writes / 10);
      const input = { id: place.id, count, intervalMs: size.writeIntervalMs };
      const begun = await writer.call(`write${suffix}`, input);
      const arrived = await arrivals(reader, count);
      return begun.map((begin, n) => arrived[n] - begin).slice(count - size.writes);
    } finally {
      await reader.close();
    }
  } finally {
    await writer.close();
  }
}

async function arrivals(reader, count) {
  for (const deadline = Date.now() + 15_000; ; ) {
    const arrived = await reader.call("arrivals");
    if (arrived.length >= count) return arrived;
    if (Date.now() > deadline) throw new Error(`${arrived.length} of ${count} writes arrived`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

// Both browsers take their clock from the machine's; this makes sure of it.
async function checkClocks(...profiles) {
  for (const profile of profiles) {
    let least = Number.POSITIVE_INFINITY;
    for (let n = 0; n < 20; ++n) {
      const before = performance.timeOrigin + performance.now();
      const there = await profile.call("clock");
      const after = performance.timeOrigin + performance.now();
      // How far `there` lies outside of what is possible.
      least = Math.min(least, Math.max(0, before - there, there - after));
    }
    if (least > clockErrorMsMax)
      throw new Error(`a browser's clock is off by ${least.toFixed(1)} ms`);
  }
}
