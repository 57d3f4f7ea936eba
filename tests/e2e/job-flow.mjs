// Job Flow, a whole application: offline from its first load on, then online, on two devices of one person.
import { cachedPage } from "./lib/cached-page.mjs";
import { DemoApp } from "./lib/demo-app.mjs";
import { expectEqual } from "./lib/expect.mjs";

// Its page, as a person uses it.
class BoardPage {
  static async open(app, subject) {
    const board = new BoardPage();
    board.page = await app.open(`/?as=${subject}`);
    return board;
  }

  async start(name) {
    await this.page.getByRole("button", { name: `Start as ${name}` }).click();
    await this.page.getByText("No jobs yet").waitFor();
  }

  async save({ title, company, place }) {
    await this.page.getByRole("button", { name: "Save a job" }).click();
    const dialog = this.page.getByRole("dialog");
    await dialog.getByLabel("Title").fill(title);
    await dialog.getByLabel("Company").fill(company);
    await dialog.getByLabel("Place").fill(place);
    await dialog.getByRole("button", { name: "Save", exact: true }).click();
    await this.column("Saved").getByText(title).waitFor();
  }

  column(name) {
    return this.page.getByRole("region", { name });
  }

  async press(title, button) {
    const card = this.page.getByRole("article", { name: new RegExp(`^${title}`) });
    await card.getByRole("button", { name: button, exact: true }).click();
  }

  synced() {
    return this.page.getByText("Synced", { exact: true }).waitFor();
  }
}

const designer = { title: "Designer", company: "Northwind", place: "Lisbon" };

export const jobFlow = [
  {
    name: "Job Flow: from the first load on without a network, then on another device",
    run: (world) =>
      DemoApp.with(world, "job-flow", async (app) => {
        const phone = await BoardPage.open(app, "mara");
        await phone.start("Mara Silva");
        await phone.synced();
        await cachedPage(phone.page);

        await app.goOffline(phone.page);
        await phone.page.reload();
        await phone.page.getByText("No jobs yet").waitFor();
        await phone.save(designer);
        await phone.press("Designer", "Apply");
        await phone.column("Applied").getByText("Designer").waitFor();
        await phone.press("Designer", "Interview");
        await phone.page.reload();
        await phone.column("Interviewing").getByText("not sent yet").waitFor();
        await phone.page.getByLabel("Find a job").fill("desig");
        await phone.column("Interviewing").getByText("Designer").waitFor();

        await app.goOnline(phone.page);
        await phone.synced();
        const laptop = await BoardPage.open(app, "mara");
        await laptop.column("Interviewing").getByText("Designer").waitFor();
        await laptop.press("Designer", "Offer");
        await phone.column("Offered").getByText("Designer").waitFor();
      }),
  },
  {
    name: "Job Flow: nobody sees another person's jobs",
    run: (world) =>
      DemoApp.with(world, "job-flow", async (app) => {
        const mara = await BoardPage.open(app, "mara");
        await mara.start("Mara Silva");
        await mara.save(designer);
        await mara.synced();
        const jonas = await BoardPage.open(app, "jonas");
        await jonas.start("Jonas Weber");
        await jonas.synced();
        expectEqual(await jonas.page.getByText("Designer").count(), 0, "Mara's jobs at Jonas");
      }),
  },
];
