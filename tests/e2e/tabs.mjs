// Tabs: the same person's data has one owner; the second is told, and takes over when it is free.
import { PersonPage } from "./lib/person-page.mjs";

export const tabs = [
  {
    name: "a second tab is told that the data is open, harms nothing, and takes over on request",
    async run(world) {
      const context = await world.newContext();
      const first = await PersonPage.openSynced(world, "ada", { context });
      const second = await PersonPage.open(world, "ada", { context });
      await second.page.getByRole("heading", { name: "Already open in another tab" }).waitFor();
      await first.create("Still working in the first tab");
      await first.synced();
      await second.page.getByRole("button", { name: "Try again" }).click();
      await second.page.getByRole("heading", { name: "Already open in another tab" }).waitFor();
      await first.page.close();
      // It also tries again by itself now and then; if that comes first, there is no button any more.
      second.page
        .getByRole("button", { name: "Try again" })
        .click()
        .catch(() => {});
      await second.synced();
      await second.see("Still working in the first tab");
    },
  },
  {
    name: "two people in two tabs of one browser do not disturb each other",
    async run(world) {
      const context = await world.newContext();
      const ada = await PersonPage.openSynced(world, "ada", { context });
      const dora = await PersonPage.openSynced(world, "dora", { context });
      // Other cases make her a member elsewhere, and whichever organization arrives first is shown.
      await dora.page
        .getByLabel("Organization", { exact: true })
        .selectOption({ label: "Harbor Clinic" });
      await dora.see("Vaccination day");
      await ada.create("Side by side");
      await ada.synced();
      await dora.seeNot("Side by side");
    },
  },
];
