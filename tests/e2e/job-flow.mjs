// Job Flow, a whole application: offline from its first load on, then online, on two devices of one person.
import { expectEqual } from "./lib/expect.mjs";
import { Relay } from "./lib/relay.mjs";
import { until } from "./lib/until.mjs";

// Its page, as a person uses it.
class BoardPage {
  static async open(world, relay, subject) {
    const board = new BoardPage();
    board.context = await world.newContext();
    board.page = await board.context.newPage();
    await board.page.goto(`${relay.origin}/?as=${subject}`);
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

  // The page, its worker and its functions are on the device.
  kept() {
    return until("the service worker has the page", () =>
      this.page.evaluate(async () => {
        const { active } = await navigator.serviceWorker.ready;
        return active?.state === "activated" && (await caches.keys()).length > 0;
      }),
    );
  }
}

const designer = { title: "Designer", company: "Northwind", place: "Lisbon" };

export const jobFlow = [
  {
    name: "Job Flow: from the first load on without a network, then on another device",
    async run(world) {
      const relay = await Relay.start({ root: world.root, demo: "job-flow" });
      try {
        const phone = await BoardPage.open(world, relay, "mara");
        await phone.start("Mara Silva");
        await phone.synced();
        await phone.kept();

        await relay.kill();
        await phone.context.setOffline(true);
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

        await phone.context.setOffline(false);
        await relay.run();
        await phone.synced();
        const laptop = await BoardPage.open(world, relay, "mara");
        await laptop.column("Interviewing").getByText("Designer").waitFor();
        await laptop.press("Designer", "Offer");
        await phone.column("Offered").getByText("Designer").waitFor();
      } finally {
        await relay.stop();
      }
    },
  },
  {
    name: "Job Flow: nobody sees another person's jobs",
    async run(world) {
      const relay = await Relay.start({ root: world.root, demo: "job-flow" });
      try {
        const mara = await BoardPage.open(world, relay, "mara");
        await mara.start("Mara Silva");
        await mara.save(designer);
        await mara.synced();
        const jonas = await BoardPage.open(world, relay, "jonas");
        await jonas.start("Jonas Weber");
        await jonas.synced();
        expectEqual(await jonas.page.getByText("Designer").count(), 0, "Mara's jobs at Jonas");
      } finally {
        await relay.stop();
      }
    },
  },
];
