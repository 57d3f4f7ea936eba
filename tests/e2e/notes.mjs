// Notes of the community: several people in one text at once, with an editor each.

import { DemoApp } from "./lib/demo-app.mjs";
import { expect, expectEqual } from "./lib/expect.mjs";
import { takePicture } from "./lib/picture.mjs";
import { until } from "./lib/until.mjs";

const title = "Training plan";

// A note's editor, as one person uses it.
class NotePage {
  static async open(app, subject, options) {
    const note = new NotePage();
    note.page = await app.open(`/?as=${subject}&view=notes`, options);
    note.editor = note.page.getByRole("textbox", { name: `Text of ${title}` });
    await note.editor.waitFor();
    await note.synced();
    return note;
  }

  // Without the names at the others' cursors.
  async text() {
    return await this.editor.evaluate((editor) => {
      const shown = editor.cloneNode(true);
      for (const caret of shown.querySelectorAll(".cm-remote-caret")) caret.remove();
      return [...shown.querySelectorAll(".cm-line")].map((line) => line.textContent).join("\n");
    });
  }

  // Types at the end of the line that begins so.
  async typeBehind(begin, text) {
    const line = this.editor.locator(".cm-line").filter({ hasText: begin });
    await line.click();
    await this.page.keyboard.press("End");
    await this.page.keyboard.type(text, { delay: 15 });
  }

  synced() {
    return this.page.locator('.sync.synced[data-pending="0"]').waitFor();
  }
}

async function sameText(notes, ...parts) {
  await until(`both show one text with ${parts.join(" and ")}`, async () => {
    const texts = await Promise.all(notes.map((note) => note.text()));
    return texts.every((text) => text === texts[0] && parts.every((part) => text.includes(part)));
  });
}

export const notes = [
  {
    name: "notes: two people type in one text at once, and see each other's cursor",
    run: (world) =>
      DemoApp.with(world, "community", async (app) => {
        await app.seed();
        const ada = await NotePage.open(app, "ada");
        const ben = await NotePage.open(app, "ben");
        await Promise.all([
          ada.typeBehind("Monday", " Meet at the slip, by the red shed."),
          ben.typeBehind("Monday", " Bring a torch, it is dark at six."),
          ben.editor.locator(".cm-remote-name", { hasText: "Ada" }).waitFor(),
        ]);
        await sameText(
          [ada, ben],
          "Meet at the slip, by the red shed.",
          "Bring a torch, it is dark at six.",
        );
        await ada.page.getByText(/^Also here: Ben/).waitFor();
        await takePicture(world, ada.page, "community-notes-wide");
        // What one undoes is one's own: the other's sentence stays.
        await ada.editor.press("Control+z");
        await until(
          "Ada's sentence is gone on both pages",
          async () => !(await ben.text()).includes("red shed"),
        );
        await sameText([ada, ben], "Bring a torch, it is dark at six.");
        expectEqual(ada.page.errors, [], "errors of Ada's page");
        expectEqual(ben.page.errors, [], "errors of Ben's page");
      }),
  },
  {
    name: "notes: what was typed offline and what others typed meanwhile are both there afterwards",
    run: (world) =>
      DemoApp.with(world, "community", async (app) => {
        await app.seed();
        const ada = await NotePage.open(app, "ada", { viewport: { width: 360, height: 780 } });
        const ben = await NotePage.open(app, "ben");
        await ada.page.context().setOffline(true);
        await ada.typeBehind("Wednesday", " Towels are there.");
        await ben.typeBehind("Wednesday", " Then soup.");
        await ben.synced();
        expect(!(await ben.text()).includes("Towels"), "Ben does not see what Ada typed offline");
        await ada.page.context().setOffline(false);
        await sameText([ada, ben], "Towels are there.", "Then soup.");
        await ada.synced();
        await takePicture(world, ada.page, "community-notes-narrow");
        expectEqual(ada.page.errors, [], "errors of Ada's page");
      }),
  },
];
