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

  // How many units before the end of a line's text its rightmost letter on the page stands.
  async rightmostFromEnd(begin) {
    const line = this.editor.locator(".cm-line").filter({ hasText: begin });
    return await line.evaluate((element) => {
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      const rights = [];
      while (walker.nextNode()) {
        const node = walker.currentNode;
        if (node.parentElement.closest(".cm-remote-caret") !== null) continue;
        for (let at = 0; at < node.length; at++) {
          const range = document.createRange();
          range.setStart(node, at);
          range.setEnd(node, at + 1);
          // A space may hang over the edge.
          const isSpace = /\s/.test(node.data[at]);
          rights.push(isSpace ? 0 : range.getBoundingClientRect().right);
        }
      }
      return rights.length - rights.indexOf(Math.max(...rights));
    });
  }

  // How far somebody's cursor, and the name at it, are from the editor's right edge; and how wide the name is.
  async roomBehind(name) {
    return await this.editor.evaluate((editor, wanted) => {
      const edge = editor.closest(".cm-scroller").getBoundingClientRect().right;
      const names = [...editor.querySelectorAll(".cm-remote-name")];
      const shown = names.find(({ textContent }) => textContent.startsWith(wanted));
      if (shown === undefined) return null;
      return {
        cursor: edge - shown.parentElement.getBoundingClientRect().right,
        name: edge - shown.getBoundingClientRect().right,
        width: shown.getBoundingClientRect().width,
      };
    }, name);
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

const typed = " At the slip.";

// In the page, in one task: nothing of what is typed is written when the button is clicked.
function typeAndClick(button) {
  for (const word of [" At", " the", " slip."]) document.execCommand("insertText", false, word);
  button.click();
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
        // Ben's cursor goes to where Ada's page has no room for his name behind it.
        const steps = await ada.rightmostFromEnd("Wednesday");
        await ben.page.keyboard.press("End");
        for (let step = 0; step < steps; step++) await ben.page.keyboard.press("ArrowLeft");
        await until(
          "Ben's cursor stands at the right edge of Ada's page, with his name",
          async () => {
            const room = await ada.roomBehind("Ben");
            return room !== null && room.cursor < room.width && room.name >= 0;
          },
        );
        expectEqual(ada.page.errors, [], "errors of Ada's page");
      }),
  },
  {
    name: "notes: what is typed just before another note is opened is saved",
    run: (world) =>
      DemoApp.with(world, "community", async (app) => {
        await app.seed();
        const ada = await NotePage.open(app, "ada");
        await ada.page.getByLabel("New note").fill("Other");
        await ada.page.getByRole("button", { name: "Begin a note" }).click();
        const list = ada.page.getByRole("navigation", { name: "Notes" });
        const other = list.getByRole("button", { name: "Other" });
        await other.waitFor();
        await list.getByRole("button", { name: title }).click();
        await ada.typeBehind("Monday", "");
        await other.evaluate(typeAndClick);
        await ada.page.getByRole("textbox", { name: "Text of Other" }).waitFor();
        await list.getByRole("button", { name: title }).click();
        await ada.editor.waitFor();
        await until("the note has what was typed", async () => (await ada.text()).includes(typed));
        expectEqual(ada.page.errors, [], "errors of Ada's page");
      }),
  },
  {
    name: "notes: what is typed just before somebody leaves is saved",
    run: (world) =>
      DemoApp.with(world, "community", async (app) => {
        await app.seed();
        const ada = await NotePage.open(app, "ada");
        await ada.typeBehind("Monday", "");
        const leave = ada.page.getByRole("button", { name: "Signed in as Ada" });
        await leave.evaluate(typeAndClick);
        await ada.page.getByRole("heading", { name: "Who is here?" }).waitFor();
        await ada.page.goto(`${app.relay.origin}/?as=ada&view=notes`);
        await ada.editor.waitFor();
        await until("the note has what was typed", async () => (await ada.text()).includes(typed));
        expectEqual(ada.page.errors, [], "errors of Ada's page");
      }),
  },
];
