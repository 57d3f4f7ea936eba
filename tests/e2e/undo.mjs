// Undo and redo, as people see them: what one did is taken back, what others did meanwhile stays.
import { cachedPage } from "./lib/cached-page.mjs";
import { expectEqual } from "./lib/expect.mjs";
import { PersonPage } from "./lib/person-page.mjs";

const step = (person, name) => person.page.getByRole("button", { name, exact: true });

export const undo = [
  {
    name: "undo takes back what this person did, also after somebody else changed something else",
    async run(world) {
      const ada = await PersonPage.openSynced(world, "ada");
      const ben = await PersonPage.openSynced(world, "ben");
      await ben.create("Undone in part");
      await ada.see("Undone in part");
      await ada.edit("Undone in part", { Title: "Renamed by Ada" });
      await ben.see("Renamed by Ada");
      await ben.edit("Renamed by Ada", { Description: "Text from Ben" });
      await ada.row("Renamed by Ada").getByText("Text from Ben").waitFor();
      await step(ada, "Undo: Edit a schedule").click();
      await ben.row("Undone in part").getByText("Text from Ben").waitFor();
      await step(ada, "Redo: Edit a schedule").click();
      await ben.row("Renamed by Ada").getByText("Text from Ben").waitFor();
      await ada.synced();
      // A title that Ben has written since is his.
      await ben.edit("Renamed by Ada", { Title: "Renamed by Ben" });
      await ada.see("Renamed by Ben");
      await step(ada, "Undo: Edit a schedule").click();
      await step(ada, "Nothing to undo").waitFor();
      await ada.synced();
      await ada.see("Renamed by Ben");
      await ben.see("Renamed by Ben");
      expectEqual([...ada.errors, ...ben.errors], [], "errors on the pages");
    },
  },
  {
    name: "undo brings a deleted row back whole, also after a reload without a network",
    async run(world) {
      const ada = await PersonPage.openSynced(world, "ada");
      await ada.create("Comes back");
      await ada.edit("Comes back", { Description: "With its text" });
      await ada.press("Delete", "Comes back");
      await ada.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
      await ada.seeNot("Comes back");
      await ada.synced();
      await cachedPage(ada.page);
      await ada.setNetwork(false);
      await ada.page.context().setOffline(true);
      await ada.page.reload();
      await step(ada, "Undo: Delete a schedule").click();
      await ada.row("Comes back").getByText("With its text").waitFor();
      await ada.page.context().setOffline(false);
      await ada.setNetwork(true);
      await ada.synced();
      const ben = await PersonPage.openSynced(world, "ben");
      await ben.row("Comes back").getByText("With its text").waitFor();
      // Back to before it was made.
      await step(ada, "Undo: Edit a schedule").click();
      await step(ada, "Undo: Create a schedule").click();
      await ben.seeNot("Comes back");
    },
  },
];
