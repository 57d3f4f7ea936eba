// @vitest-environment jsdom
// The extension in a real editor: what is typed reaches the field, also after the editor is gone.
import { EditorView } from "@codemirror/view";
import { expect, test } from "vitest";
import { sharedText } from "./shared-text.ts";
import { Field, Steps } from "./testing.ts";

test("what was typed before the editor was destroyed is written, and idle tells when", async () => {
  const steps = new Steps();
  const field = new Field("one\r\n", steps);
  const shared = sharedText(field);
  const view = new EditorView({ doc: field.read(), extensions: [shared.extension] });
  view.dispatch({ changes: { from: 4, insert: "two\n" } });
  view.destroy();
  let isIdle = false;
  const idle = shared.idle().then(() => {
    isIdle = true;
  });
  await steps.run();
  expect(isIdle).toBe(false);
  await steps.runAll();
  await idle;
  expect(field.text).toBe("one\r\ntwo\r\n");
  expect(field.listenerCount).toBe(0);
});

test("what others type is shown, and is nothing that was typed here", async () => {
  const steps = new Steps();
  const field = new Field("one", steps);
  const shared = sharedText(field);
  const view = new EditorView({ doc: field.read(), extensions: [shared.extension] });
  field.set("one\r\ntwo");
  await steps.runAll();
  expect(view.state.doc.toString()).toBe("one\ntwo");
  expect(field.writes).toBe(0);
  view.destroy();
});
