// Organizations apart: a person of another one sees nothing, also with a client changed to ask.
import { expect, expectEqual } from "./lib/expect.mjs";
import { PersonPage } from "./lib/person-page.mjs";
import { converse, hello, messageType, pushDelete } from "./lib/wire.mjs";

const doraClaims = { sub: "dora", name: "Dora Haas", email: "dora@harbor.example" };
const adaClaims = { sub: "ada", name: "Ada Lindqvist", email: "ada@northwind.example" };

// All that the relay sends a client that asks for the tenant, until the first delta and what is awaited.
async function ask(world, page, claims, tenant, awaited = "") {
  const { frames } = await converse(
    page,
    world.relay.origin,
    [hello({ token: await world.relay.token(claims), tenants: [tenant] })],
    (received) =>
      received.some(({ type }) => type === messageType.delta) &&
      received.some(({ body }) => body.toString("latin1").includes(awaited)),
  );
  return { frames, text: frames.map(({ body }) => body.toString("latin1")).join("\n") };
}

// Sends a change set that deletes the document, made by hand; the text of what came back.
async function deleteByHand(world, page, claims, tenant, documentId, replica) {
  const token = await world.relay.token(claims);
  const { frames } = await converse(
    page,
    world.relay.origin,
    [hello({ token, tenants: [tenant], replica }), pushDelete({ tenant, documentId, replica })],
    (received) =>
      received.some(({ type }) => type === messageType.verdict || type === messageType.fault),
  );
  return frames.map(({ body }) => body.toString("latin1")).join("\n");
}

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
      // The same question from Ada is answered, so it is asked well.
      const own = await ask(world, ada.page, adaClaims, northwind, "Client check-in");
      expect(own.text.includes("Client check-in"), "Ada's rows are sent to Ada");
      const { frames, text } = await ask(world, ada.page, doraClaims, northwind);
      const welcome = frames.find(({ type }) => type === messageType.welcome);
      expect(welcome !== undefined, "the token itself is good");
      expect(!welcome.body.toString("latin1").includes(northwind), "Northwind is not welcomed");
      for (const { type, body } of frames) {
        if (type !== messageType.delta && type !== messageType.chunk) continue;
        expect(!body.toString("latin1").includes(northwind), "no rows of Northwind are sent");
      }
      for (const title of await ada.titles()) {
        expect(!text.includes(title), `“${title}” is not among what was sent`);
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
      const answer = await deleteByHand(world, ada.page, doraClaims, northwind, documentId, 81n);
      expect(answer.includes("no access to it"), "Dora's change set is refused");
      // A device that joins afterwards shows what the relay really holds.
      const ben = await PersonPage.openSynced(world, "ben");
      await ben.see("Out of Dora's reach");
      await ada.see("Out of Dora's reach");
      // The same message from Ada deletes it, so it was well made.
      await deleteByHand(world, ada.page, adaClaims, northwind, documentId, 82n);
      await ben.seeNot("Out of Dora's reach");
    },
  },
];
