// presence: who is in a room, until their heartbeats stop.
import { Presence } from "@convex-dev/presence";
import { v } from "convex/values";
import { components } from "./_generated/api.ts";
import { mutation, query } from "./_generated/server.ts";

const presence = new Presence(components.presence);

export const heartbeat = mutation({
  args: { room: v.string(), user: v.string(), session: v.string() },
  handler: async (ctx, { room, user, session }) =>
    await presence.heartbeat(ctx, room, user, session, 10_000),
});

export const list = query({
  args: { roomToken: v.string() },
  handler: async (ctx, { roomToken }) => await presence.list(ctx, roomToken),
});

export const leave = mutation({
  args: { sessionToken: v.string() },
  handler: async (ctx, { sessionToken }) => await presence.disconnect(ctx, sessionToken),
});
