// Without a network: work goes on, survives a reload, and merges when the network is back.
import { cachedPage } from "./lib/cached-page.mjs";
import { expectSoon } from "./lib/expect.mjs";
import { PersonPage } from "./lib/person-page.mjs";

export const offline = [
  {
    name: "edits made offline in both browsers merge",
    async run(world) {
      const ada = await PersonPage.openSynced(world, "ada");
      const ben = await PersonPage.openSynced(world, "ben");
      await ada.create("Edited by both");
      await ben.see("Edited by both");
      await ada.setNetwork(false);
      await ben.setNetwork(false);
      await ada.edit("Edited by both", { Title: "Title from Ada" });
      await ben.edit("Edited by both", { Description: "Text from Ben" });
      await ada.row("Title from Ada").getByText("Waiting").waitFor();
      for (const person of [ada, ben]) {
        await expectSoon(() => person.pending(), 1, `changes of ${person.subject} that wait`);
      }
      await ada.setNetwork(true);
      await ben.setNetwork(true);
      for (const person of [ada, ben]) {
        await person.synced();
        await person.row("Title from Ada").getByText("Text from Ben").waitFor();
      }
    },
  },
  {
    name: "a reload while offline keeps data and outbox",
    async run(world) {
      const ada = await PersonPage.openSynced(world, "ada");
      await cachedPage(ada.page);
      await ada.setNetwork(false);
      await ada.create("Made offline");
      await ada.see("Made offline");
      const before = await ada.titles();
      // The browser itself is offline too: the page has to come from the device.
      await ada.page.context().setOffline(true);
      await ada.page.reload();
      await ada.row("Made offline").getByText("Waiting").waitFor();
      await expectSoon(() => ada.titles(), before, "the list after the reload");
      await expectSoon(() => ada.pending(), 1, "changes that wait");
      await ada.edit("Made offline", { Title: "Made and edited offline" });
      await ada.page.context().setOffline(false);
      await ada.setNetwork(true);
      await ada.synced();
      const ben = await PersonPage.openSynced(world, "ben");
      await ben.see("Made and edited offline");
    },
  },
  {
    name: "without a network, somebody new on this device is told so and can try again",
    async run(world) {
      const context = await world.newContext();
      await context.route("**/dev/token", (route) => route.abort());
      const ada = await PersonPage.open(world, "ada", { context });
      await ada.page.getByText("The relay cannot be reached").waitFor();
      await context.unroute("**/dev/token");
      await ada.page.getByRole("button", { name: "Try again" }).click();
      await ada.synced();
      await ada.see("Client check-in");
    },
  },
  {
    name: "an organization founded offline exists everywhere afterwards",
    async run(world) {
      const eli = await PersonPage.openSynced(world, "eli");
      await eli.setNetwork(false);
      await eli.page.getByRole("button", { name: "New organization" }).click();
      await eli.page.getByRole("dialog").getByLabel("Name").fill("Founded offline");
      await eli.page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
      await eli.page.getByRole("heading", { name: "Founded offline" }).waitFor();
      await eli.create("First plan");
      await eli.setNetwork(true);
      await eli.synced();
      const again = await PersonPage.openSynced(world, "eli");
      await again.page
        .getByLabel("Organization", { exact: true })
        .selectOption({ label: "Founded offline" });
      await again.see("First plan");
    },
  },
];
