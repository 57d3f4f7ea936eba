// Organizations apart: a person of another one sees nothing, also with a client changed to ask.
import { expect, expectEqual } from "./lib/expect.mjs";
import { PersonPage } from "./lib/person-page.mjs";
import { converse, hello, messageType, pushDelete } from "./lib/wire.mjs";

const doraClaims = { sub: "dora", name: "Dora Haas", email: "dora@harbor.example" };

export const tenants = [
  {
    name: "a person of another organization sees nothing of it",
    async run(world) {
      const ada = await PersonPage.openSynced(world, "ada");
      const northwind = await ada.organization();
      const dora = await PersonPage.openSynced(world, "dora", { query: `&org=${northwind}` });
      const titles = new Set(await ada.titles());
      await dora.see("Vaccination day");
      expectEqual(
        (await dora.titles()).filter((title) => titles.has(title)),
        [],
        "rows of Northwind on Dora's page",
      );
      expectEqual(
        await dora.page.getByText("Northwind Studio").count(),
        0,
        "Northwind on Dora's page",
      );
    },
  },
  {
    name: "nor does a client that was changed to ask for it",
    async run(world) {
      const ada = await PersonPage.openSynced(world, "ada");
      const northwind = await ada.organization();
      const token = await world.relay.token(doraClaims);
      const { frames } = await converse(
        ada.page,
        world.relay.origin,
        [hello({ token, tenants: [northwind] })],
        (received) => received.some(({ type }) => type === messageType.delta),
      );
      const told = frames.map(({ body }) => body.toString("latin1")).join("\n");
      const welcome = frames.find(({ type }) => type === messageType.welcome);
      expect(welcome !== undefined, "the token itself is good");
      expect(!welcome.body.toString("latin1").includes(northwind), "Northwind is not welcomed");
      for (const { type, body } of frames) {
        if (type !== messageType.delta && type !== messageType.chunk) continue;
        expect(!body.toString("latin1").includes(northwind), "no rows of Northwind are sent");
      }
      for (const title of await ada.titles()) {
        expect(!told.includes(title), `“${title}” is not among what was sent`);
      }
    },
  },
  {
    name: "and what it writes there changes nothing",
    async run(world) {
      const ada = await PersonPage.openSynced(world, "ada");
      await ada.create("Out of Dora's reach");
      await ada.synced();
      const northwind = await ada.organization();
      const documentId = await ada.row("Out of Dora's reach").getAttribute("data-id");
      const token = await world.relay.token(doraClaims);
      const { frames, closed } = await converse(
        ada.page,
        world.relay.origin,
        [hello({ token, tenants: [northwind] }), pushDelete({ tenant: northwind, documentId })],
        (received) =>
          received.some(({ type }) => type === messageType.verdict || type === messageType.fault),
      );
      expect(closed !== null || frames.length > 0, "the relay answered");
      // A device that joins afterwards shows what the relay really holds.
      const ben = await PersonPage.openSynced(world, "ben");
      await ben.see("Out of Dora's reach");
      await ada.see("Out of Dora's reach");
    },
  },
];
