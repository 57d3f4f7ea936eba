// Pictures of the page in build/pictures, to be looked at; and that nothing sticks out at any width.
import { PersonPage } from "./lib/person-page.mjs";
import { takePicture } from "./lib/picture.mjs";

const scenes = [
  { file: "list-light", person: "ada", query: "" },
  { file: "list-dark", person: "ada", query: "", colorScheme: "dark" },
  { file: "timeline-light", person: "ben", query: "&view=timeline" },
  { file: "timeline-dark", person: "ben", query: "&view=timeline&span=month", colorScheme: "dark" },
  { file: "people-light", person: "ada", query: "&view=people" },
  { file: "phone-list", person: "cleo", query: "", width: 360 },
  { file: "phone-timeline", person: "ada", query: "&view=timeline", width: 360 },
  { file: "dialog-dark", person: "ada", query: "", colorScheme: "dark", prepare: openDialog },
  { file: "phone-dialog", person: "ada", query: "", width: 360, prepare: openDialog },
  { file: "refused-light", person: "cleo", query: "", prepare: forceEdit },
  { file: "phone-refused", person: "cleo", query: "", width: 360, prepare: forceEdit },
  { file: "phone-people", person: "ada", query: "&view=people", width: 360, colorScheme: "dark" },
];

async function openDialog({ page }) {
  await page.getByRole("button", { name: "New schedule" }).click();
  await page.getByRole("dialog").getByLabel("Title").fill("Review with the client");
}

async function forceEdit(person) {
  await person.page.getByLabel(/^Try anyway/).check();
  await person.edit("Logo sketches", { Title: "Forced by a viewer" });
  await person.page.getByRole("heading", { name: /^One change was refused/ }).waitFor();
  await person.page.evaluate(() => scrollTo(0, 0));
}

export const pictures = scenes.map(
  ({ file, person: subject, query, width = 1280, colorScheme = "light", prepare }) => ({
    name: `picture ${file}: nothing sticks out`,
    async run(world) {
      const viewport = { width, height: width < 500 ? 780 : 860 };
      const context = await world.newContext({ viewport, colorScheme });
      const person = await PersonPage.openSynced(world, subject, { context, query });
      await person.page.locator(".row, .bar").first().waitFor();
      await prepare?.(person);
      await takePicture(world, person.page, file);
    },
  }),
);
