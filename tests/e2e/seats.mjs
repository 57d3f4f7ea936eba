// Strict mutations, as two people meet in them: one last seat, one résumé, and a page without a network.
import { DemoApp } from "./lib/demo-app.mjs";
import { expect, expectEqual, expectSoon } from "./lib/expect.mjs";
import { takePicture } from "./lib/picture.mjs";

// The center's page, as a person uses it.
class CenterPage {
  static async open(app, subject, options) {
    const center = new CenterPage();
    center.page = await app.open(`/?as=${subject}`, options);
    await center.card("Interview practice").waitFor();
    await center.synced();
    return center;
  }

  card(title) {
    return this.page.getByRole("article", { name: title });
  }

  async press(title, button) {
    await this.card(title).getByRole("button", { name: button, exact: true }).click();
  }

  notice() {
    return this.page.locator(".notice p");
  }

  refused() {
    return this.page.locator(".refused-panel");
  }

  synced() {
    return this.page.locator('.sync.synced[data-pending="0"]').waitFor();
  }

  // Once it is plain how it ended: null if it was this person's, else what the page says, before that goes away.
  async ended(mine) {
    await this.notice().or(mine).first().waitFor();
    return (await mine.count()) > 0 ? null : await this.notice().textContent();
  }
}

// Both press at one moment: the relay stands still until both have asked, so each has read what the other
// has not yet written.
async function atOnce(app, press) {
  app.relay.child.kill("SIGSTOP");
  try {
    await press();
  } finally {
    app.relay.child.kill("SIGCONT");
  }
}

const scenes = [{ width: 1280 }, { width: 360, colorScheme: "dark" }];

export const seats = [
  {
    name: "Last Seat: nothing sticks out of its page",
    run: (world) =>
      DemoApp.with(world, "seats", async (app) => {
        await app.seed();
        for (const { width, colorScheme = "light" } of scenes) {
          const options = { viewport: { width, height: 860 }, colorScheme };
          const priya = await CenterPage.open(app, "priya", options);
          await takePicture(world, priya.page, `seats-${width}-${colorScheme}`);
        }
      }),
  },
  {
    name: "Last Seat: two people book the last seat, one has it, the other is told",
    run: (world) =>
      DemoApp.with(world, "seats", async (app) => {
        await app.seed();
        const people = await Promise.all(
          ["mara", "jonas"].map((subject) => CenterPage.open(app, subject)),
        );
        for (const { page } of people) await page.getByText("1 of 3 seats left").waitFor();
        await atOnce(app, async () => {
          for (const person of people) await person.press("Interview practice", "Book a seat");
          for (const person of people) {
            await person.card("Interview practice").getByText("Booking…").waitFor();
          }
        });
        const told = await Promise.all(
          people.map((person) =>
            person.ended(person.card("Interview practice").getByText("Your seat")),
          ),
        );
        const won = told.indexOf(null);
        const [winner, loser] = won === 0 ? people : people.toReversed();
        const name = ["Mara Silva", "Jonas Weber"][won];
        expectEqual(
          told.filter((each) => each !== null),
          [`“Interview practice” is full: ${name} has the last seat.`],
          "what the other is told",
        );
        await takePicture(world, loser.page, "seats-told");
        for (const person of people) {
          await person.card("Interview practice").getByText("Full").waitFor();
          await person.synced();
          const seated = person.card("Interview practice").locator(".seated li");
          await expectSoon(() => seated.count(), 3, "people in the workshop");
          expectEqual(await person.refused().count(), 0, "refusals that were run again");
          expectEqual(person.page.errors, [], "errors on the page");
        }
        // The seat is given back, and the other has it.
        await winner.press("Interview practice", "Give it back");
        await loser.page.getByText("1 of 3 seats left").waitFor();
        await loser.press("Interview practice", "Book a seat");
        await loser.card("Interview practice").getByText("Your seat").waitFor();
      }),
  },
  {
    name: "Last Seat: two coaches accept one résumé, one has it, the other is told",
    run: (world) =>
      DemoApp.with(world, "seats", async (app) => {
        await app.seed();
        const coaches = await Promise.all(
          ["priya", "hugo"].map((subject) => CenterPage.open(app, subject)),
        );
        await atOnce(app, async () => {
          for (const coach of coaches) await coach.press("Backend engineer", "Accept");
          for (const coach of coaches) {
            await coach.card("Backend engineer").getByText("Accepting…").waitFor();
          }
        });
        const names = ["Priya Rao", "Hugo Blanc"];
        const told = await Promise.all(
          coaches.map((coach, index) =>
            coach.ended(coach.card("Backend engineer").getByText(`With ${names[index]}`)),
          ),
        );
        const name = names[told.indexOf(null)];
        expectEqual(
          told.filter((each) => each !== null),
          [`${name} has accepted “Backend engineer”.`],
          "what the other is told",
        );
        for (const coach of coaches) {
          await coach.card("Backend engineer").getByText(`With ${name}`).waitFor();
          await coach.synced();
          expectEqual(await coach.refused().count(), 0, "refusals that were run again");
        }
      }),
  },
  {
    name: "Last Seat: who accepted what is kept, and can be put back as it was",
    run: (world) =>
      DemoApp.with(world, "seats", async (app) => {
        await app.seed();
        const priya = await CenterPage.open(app, "priya");
        const ines = await CenterPage.open(app, "ines");
        const changes = ines.card("Backend engineer").locator(".changes li");
        await changes.getByText("Jonas Weber asked for it").waitFor();
        await priya.press("Backend engineer", "Accept");
        await changes.getByText("Priya Rao accepted it").waitFor();
        await takePicture(world, ines.page, "seats-history");
        await ines.press("Backend engineer", "Put back");
        await priya.card("Backend engineer").getByRole("button", { name: "Accept" }).waitFor();
        await changes.getByText("Ines Costa put it back").waitFor();
        await expectSoon(() => changes.count(), 3, "entries of the history");
        await ines.synced();
        expectEqual(ines.page.errors, [], "errors on the page");
      }),
  },
  {
    name: "Last Seat: without a network booking fails at once and says why; asking for a review waits",
    run: (world) =>
      DemoApp.with(world, "seats", async (app) => {
        await app.seed();
        const mara = await CenterPage.open(app, "mara");
        await mara.page.getByRole("switch", { name: "Network" }).setChecked(false);
        await mara.page.locator(".sync.offline").waitFor();
        await mara.press("A portfolio that is read", "Book a seat");
        await mara.notice().getByText("There is no connection").waitFor();
        await mara.page.getByLabel("Your résumé").fill("Written offline");
        await mara.page.getByRole("button", { name: "Ask for a review" }).click();
        await mara.card("Written offline").waitFor();
        await mara.page.getByRole("switch", { name: "Network" }).setChecked(true);
        await mara.synced();
        await mara.press("A portfolio that is read", "Book a seat");
        await mara.card("A portfolio that is read").getByText("Your seat").waitFor();
        expect((await mara.refused().count()) === 0, "nothing was refused");
      }),
  },
];
