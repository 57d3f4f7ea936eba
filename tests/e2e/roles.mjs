// What each role may do: said before trying, and refused by the relay when it is forced.
import { expectEqual } from "./lib/expect.mjs";
import { PersonPage } from "./lib/person-page.mjs";

export const roles = [
  {
    name: "a viewer is told why nothing can be changed",
    async run(world) {
      const cleo = await PersonPage.openSynced(world, "cleo");
      const button = cleo.page.getByRole("button", { name: "New schedule" });
      expectEqual(await button.getAttribute("aria-disabled"), "true", "aria-disabled");
      await cleo.page.getByText("You are a viewer.").waitFor();
      await button.focus();
      await cleo.page.keyboard.press("Enter");
      expectEqual(await cleo.page.getByRole("dialog").count(), 0, "open dialogs");
    },
  },
  {
    name: "a viewer's forced write is refused and undone on the page",
    async run(world) {
      const ada = await PersonPage.openSynced(world, "ada");
      await ada.create("Not for viewers");
      await ada.synced();
      const cleo = await PersonPage.openSynced(world, "cleo");
      await cleo.see("Not for viewers");
      await cleo.setNetwork(false);
      await cleo.page.getByLabel(/^Try anyway/).check();
      await cleo.edit("Not for viewers", { Title: "Forced by Cleo" });
      await cleo.row("Forced by Cleo").getByText("Waiting").waitFor();
      await cleo.setNetwork(true);
      await cleo.page.getByRole("heading", { name: /^One change was refused/ }).waitFor();
      await cleo.page.getByText("schedules.update: planners write").waitFor();
      await cleo.see("Not for viewers");
      await cleo.seeNot("Forced by Cleo");
      await cleo.row("Not for viewers").getByText("Refused").waitFor();
      await ada.see("Not for viewers");
      await ada.seeNot("Forced by Cleo");
      await cleo.page.getByRole("button", { name: "Dismiss" }).click();
      await cleo.row("Not for viewers").getByText("Refused").waitFor({ state: "detached" });
    },
  },
  {
    name: "a change of status made offline that no longer fits is refused",
    async run(world) {
      const ada = await PersonPage.openSynced(world, "ada");
      const ben = await PersonPage.openSynced(world, "ben");
      await ada.create("One way only");
      await ada.press("Start", "One way only");
      await ben.seeStatus("One way only", "Active");
      await ben.setNetwork(false);
      await ada.press("Complete", "One way only");
      await ada.seeStatus("One way only", "Completed");
      await ada.synced();
      // For Ben it is still active.
      await ben.press("Cancel", "One way only");
      await ben.seeStatus("One way only", "Cancelled");
      await ben.setNetwork(true);
      await ben.page.getByText("schedules.update: completed stays").waitFor();
      await ben.seeStatus("One way only", "Completed");
    },
  },
];
