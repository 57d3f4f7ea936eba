// prosemirror-sync: a text that several people edit.
import { ProsemirrorSync } from "@convex-dev/prosemirror-sync";
import { Schema } from "@tiptap/pm/model";
import { Transform } from "@tiptap/pm/transform";
import { v } from "convex/values";
import { components } from "./_generated/api.ts";
import { mutation } from "./_generated/server.ts";

const sync = new ProsemirrorSync(components.prosemirrorSync);
export const { getSnapshot, submitSnapshot, latestVersion, getSteps, submitSteps } = sync.syncApi();

const schema = new Schema({
  nodes: {
    doc: { content: "paragraph+" },
    paragraph: { content: "text*", toDOM: () => ["p", 0] },
    text: {},
  },
});

export const create = mutation({
  args: { id: v.string(), text: v.string() },
  handler: async (ctx, { id, text }) => {
    const content = [{ type: "paragraph", content: [{ type: "text", text }] }];
    await sync.create(ctx, id, { type: "doc", content });
  },
});

// On the server's side, beside the people who edit.
export const append = mutation({
  args: { id: v.string(), text: v.string() },
  handler: async (ctx, { id, text }) => {
    const doc = await sync.transform(ctx, id, schema, (node) =>
      new Transform(node).insert(node.content.size - 1, schema.text(text)),
    );
    return doc.textContent;
  },
});

export const read = mutation({
  args: { id: v.string() },
  handler: async (ctx, { id }) => {
    const { doc, version } = await sync.getDoc(ctx, id, schema);
    return { text: doc.textContent, version };
  },
});
