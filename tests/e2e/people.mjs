// Memberships: rows come to a device and leave it as people are added, changed and removed.
import { expectSoon } from "./lib/expect.mjs";
import { PersonPage } from "./lib/person-page.mjs";

async function founded(world, name) {
  const eli = await PersonPage.openSynced(world, "eli");
  await eli.page.getByRole("button", { name: "New organization" }).click();
  await eli.page.getByRole("dialog").getByLabel("Name").fill(name);
  await eli.page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
  await eli.page.getByRole("heading", { name, level: 1 }).waitFor();
  await eli.create(`Plan of ${name}`);
  return eli;
}

async function addDora(eli, role) {
  await eli.page.getByRole("button", { name: "People" }).click();
  await eli.page.getByRole("button", { name: "Add person" }).click();
  const dialog = eli.page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Dora Haas");
  await dialog.getByLabel("Email").fill("dora@harbor.example");
  await dialog.getByRole("radio", { name: new RegExp(`^${role}`) }).check();
  await dialog.getByRole("button", { name: "Add" }).click();
  await dialog.waitFor({ state: "detached" });
}

const choice = (person) => person.page.getByLabel("Organization", { exact: true });
const names = async (person) => await choice(person).locator("option").allTextContents();

export const people = [
  {
    name: "somebody who types in a name and an address starts with nothing and founds an organization",
    async run(world) {
      const context = await world.newContext();
      const page = await context.newPage();
      await page.goto(world.relay.origin);
      await page.getByText("Somebody else", { exact: true }).click();
      await page.getByLabel("Name").fill("Femi Adeyemi");
      await page.getByLabel("Email").fill("Femi@Studio.example");
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByText("Nobody has added femi@studio.example").waitFor();
      await page.getByRole("button", { name: "Create an organization" }).click();
      await page.getByRole("dialog").getByLabel("Name").fill("Femi’s Studio");
      await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
      await page.getByRole("heading", { name: "Femi’s Studio", level: 1 }).waitFor();
      await page.getByText("You are an admin here").waitFor();
      await page.locator('.sync.synced[data-pending="0"]').waitFor();
    },
  },
  {
    name: "who is added sees the organization at once, and who is removed keeps nothing of it",
    async run(world) {
      const dora = await PersonPage.openSynced(world, "dora");
      const eli = await founded(world, "Comes and goes");
      await addDora(eli, "Member");
      await choice(dora).locator("option", { hasText: "Comes and goes" }).waitFor({
        state: "attached",
      });
      await choice(dora).selectOption({ label: "Comes and goes" });
      await dora.see("Plan of Comes and goes");
      await eli.page.getByRole("button", { name: "Remove: Dora Haas" }).click();
      await eli.page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
      await choice(dora).locator("option", { hasText: "Comes and goes" }).waitFor({
        state: "detached",
      });
      await dora.seeNot("Plan of Comes and goes");
    },
  },
  {
    name: "who is removed while offline loses the rows at the next connection",
    async run(world) {
      const eli = await founded(world, "Left meanwhile");
      await addDora(eli, "Viewer");
      const dora = await PersonPage.openSynced(world, "dora");
      await choice(dora).selectOption({ label: "Left meanwhile" });
      await dora.see("Plan of Left meanwhile");
      await dora.setNetwork(false);
      await eli.page.getByRole("button", { name: "Remove: Dora Haas" }).click();
      await eli.page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
      await eli.synced();
      await dora.see("Plan of Left meanwhile");
      await dora.setNetwork(true);
      await dora.seeNot("Plan of Left meanwhile");
      await dora.synced();
      await expectSoon(
        async () => (await names(dora)).includes("Left meanwhile"),
        false,
        "it is still listed",
      );
    },
  },
  {
    name: "a change of role applies at once",
    async run(world) {
      const eli = await founded(world, "Roles change");
      await addDora(eli, "Viewer");
      const dora = await PersonPage.openSynced(world, "dora");
      await choice(dora).selectOption({ label: "Roles change" });
      await dora.page.getByText("You are a viewer.").waitFor();
      await eli.page.getByLabel("Role of Dora Haas").selectOption({ label: "Member" });
      await dora.page.getByText("You are a viewer.").waitFor({ state: "detached" });
      await dora.create("Now I may");
      await dora.synced();
      await eli.page.getByRole("button", { name: "List" }).click();
      await eli.see("Now I may");
    },
  },
];
