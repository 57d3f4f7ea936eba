// What the demos share: choosing a person, and choosing somebody else.
import { DemoApp } from "./lib/demo-app.mjs";
import { expectEqual } from "./lib/expect.mjs";
import { takePicture } from "./lib/picture.mjs";

const choices = [
  { demo: "seats", question: "Who is here?", one: "Mara Silva", other: "Jonas Weber" },
  { demo: "community", question: "Who is here?", one: "Ada Lindqvist", other: "Ben Okafor" },
  { demo: "job-flow", question: "Whose search is it?", one: "Mara Silva", other: "Jonas Weber" },
];

export const demos = choices.map(({ demo, question, one, other }) => ({
  name: `${demo}: who leaves comes back to the choice of people, and leaves nothing in the address`,
  run: (world) =>
    DemoApp.with(world, demo, async (app) => {
      const page = await app.open();
      const signedIn = (name) => page.getByRole("button", { name: `Signed in as ${name}` });
      await page.getByRole("heading", { name: question }).waitFor();
      await takePicture(world, page, `${demo}-people`);
      await page.getByRole("button", { name: one }).click();
      await signedIn(one).waitFor();
      await page.evaluate(() => history.replaceState(null, "", `${location.search}&view=else`));
      await signedIn(one).click();
      await page.getByRole("heading", { name: question }).waitFor();
      expectEqual(await page.evaluate(() => location.search), "", "the address");
      await page.getByRole("button", { name: other }).click();
      await signedIn(other).waitFor();
      expectEqual(page.errors, [], "errors of the page");
    }),
}));
