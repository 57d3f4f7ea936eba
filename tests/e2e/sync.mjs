// Two browsers, one schedule: what one person does, the other sees.
import { expectEqual, expectSoon } from "./lib/expect.mjs";
import { PersonPage } from "./lib/person-page.mjs";

export const sync = [
  {
    name: "two browsers see each other's changes",
    async run(world) {
      const ada = await PersonPage.openSynced(world, "ada");
      const ben = await PersonPage.openSynced(world, "ben");
      await ada.create("Made by Ada");
      await ben.see("Made by Ada");
      await ben.edit("Made by Ada", { Title: "Renamed by Ben" });
      await ada.see("Renamed by Ben");
      await ada.seeNot("Made by Ada");
      await ada.press("Start", "Renamed by Ben");
      await ben.seeStatus("Renamed by Ben", "Active");
      await ada.press("Delete", "Renamed by Ben");
      await ada.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
      await ben.seeNot("Renamed by Ben");
      expectEqual([...ada.errors, ...ben.errors], [], "errors on the pages");
    },
  },
  {
    name: "a device that joins later has the same rows",
    async run(world) {
      const ada = await PersonPage.openSynced(world, "ada");
      await ada.create("Seen by latecomers");
      await ada.synced();
      const cleo = await PersonPage.openSynced(world, "cleo");
      await cleo.see("Seen by latecomers");
      await expectSoon(() => cleo.titles(), await ada.titles(), "Cleo's list");
    },
  },
  {
    name: "list, filter and timeline show the same schedule",
    async run(world) {
      const ada = await PersonPage.openSynced(world, "ada");
      await ada.create("Shown three ways");
      await ada.page.getByRole("radio", { name: /^Active/ }).check();
      await ada.seeNot("Shown three ways");
      await ada.page.getByRole("radio", { name: /^Draft/ }).check();
      await ada.see("Shown three ways");
      await ada.page.getByRole("button", { name: "Timeline" }).click();
      await ada.page.getByRole("radio", { name: "4 weeks" }).check();
      await ada.page.getByRole("button", { name: /^Shown three ways, Draft/ }).click();
      const title = ada.page.getByRole("dialog").getByLabel("Title");
      expectEqual(await title.inputValue(), "Shown three ways", "the dialog's title");
    },
  },
  {
    name: "the page works by keyboard alone",
    async run(world) {
      const ada = await PersonPage.openSynced(world, "ada");
      const { keyboard } = ada.page;
      await ada.page.getByRole("button", { name: "New schedule" }).focus();
      await keyboard.press("Enter");
      const dialog = ada.page.getByRole("dialog");
      await dialog.waitFor();
      // The first field that takes text is a step behind the close button.
      await keyboard.press("Tab");
      await keyboard.type("Typed in");
      await keyboard.press("Enter");
      await dialog.waitFor({ state: "detached" });
      await ada.see("Typed in");
      const focused = () => ada.page.evaluate(() => document.activeElement?.textContent);
      await expectSoon(focused, "New schedule", "what has the focus after the dialog");
      await keyboard.press("Enter");
      await dialog.waitFor();
      await keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
    },
  },
];
