// Every table, field and index that a requirement document lists is in its system's schema. What the
// documents list is kept in listed/, so that this runs without them; where they are at hand, they are
// read again (`vitest run -u` takes over what has changed).
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, describe as group, it } from "vitest";
import { loadApp } from "../../js/syncline/src/bundle/load.ts";
import { readBullets, readConvexSchema, readConvexTables, readDrizzle } from "./documents.ts";
import {
  type Counts,
  compare,
  count,
  type Listing,
  listingOf,
  type SchemaJson,
} from "./listing.ts";

interface System {
  document: string;
  read(text: string): Listing;
  counts: Counts;
  /** What our schema has beyond the document, and why it has it is said there. */
  added: string[];
}

const systems: Record<string, System> = {
  prox: {
    document: "prox-medilink-palx.md",
    read: (text) => readConvexSchema(text, "ProX"),
    counts: { tables: 29, indexes: 71, searchIndexes: 0, vectorIndexes: 0 },
    added: [],
  },
  medilink: {
    document: "prox-medilink-palx.md",
    read: (text) => readConvexSchema(text, "MediLink"),
    counts: { tables: 28, indexes: 76, searchIndexes: 0, vectorIndexes: 0 },
    added: [],
  },
  palx: {
    document: "prox-medilink-palx.md",
    read: (text) => readConvexSchema(text, "PalX"),
    counts: { tables: 21, indexes: 51, searchIndexes: 0, vectorIndexes: 1 },
    added: [],
  },
  "job-flow": {
    document: "job-flow.md",
    read: readBullets,
    counts: { tables: 15, indexes: 81, searchIndexes: 6, vectorIndexes: 0 },
    added: ["verificationTasks search search_tasks"],
  },
  vectr0: {
    document: "vectr0.md",
    read: readConvexTables,
    counts: { tables: 3, indexes: 9, searchIndexes: 0, vectorIndexes: 0 },
    added: [
      "users index by_organization_and_email",
      "schedules index by_organization_and_start",
      "schedules index by_organization_and_status",
    ],
  },
  c1v: {
    document: "c1v-platform.md",
    read: readDrizzle,
    counts: { tables: 6, indexes: 12, searchIndexes: 0, vectorIndexes: 1 },
    added: [
      "teams",
      "teamMembers",
      "conversations",
      "artifacts.teamId",
      "projectData.teamId",
      "projectData index by_project",
    ],
  },
};

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

group.each(Object.entries(systems))("%s", (name, system) => {
  const file = here(`listed/${name}.json`);
  const document = here(`../../../shared/seeds/${system.document}`);

  it.runIf(existsSync(document))("what is kept is what the document lists", async () => {
    const listing = system.read(readFileSync(document, "utf8"));
    await expect(`${JSON.stringify(listing, null, 2)}\n`).toMatchFileSnapshot(file);
  });

  it("the schema has all that the document lists", async () => {
    const listed = JSON.parse(readFileSync(file, "utf8")) as Listing;
    const app = await loadApp(here(`../../demo/${name}/convex`));
    const declared = listingOf(app.application.schema as SchemaJson);
    const { missing, added } = compare(listed, named(declared, listed));
    expect(missing).toEqual([]);
    expect(added.sort()).toEqual([...system.added].sort());
    expect(count(declared)).toEqual(system.counts);
  });
});

// Indexes of PostgreSQL have other names: ours of the same fields stands for each.
function named(declared: Listing, listed: Listing): Listing {
  return Object.fromEntries(
    Object.entries(declared).map(([table, own]) => {
      const wanted = Object.entries(listed[table]?.indexes ?? {});
      const indexes = Object.entries(own.indexes).map(([name, fields]) => {
        const same = wanted.find(
          ([other, columns]) => other.startsWith("by ") && columns === fields,
        );
        return [same?.[0] ?? name, fields] as const;
      });
      return [table, { ...own, indexes: Object.fromEntries(indexes) }];
    }),
  );
}
