// Workshops and their seats. Booking is strict: a seat that two people want at once is one person's, and the
// other hears so before anything is promised.
import { ConvexError, v } from "convex/values";
import { strict } from "syncline/server";
import type { Doc, Id } from "./_generated/dataModel.js";
import { mutation, type QueryCtx, query } from "./_generated/server.js";
import { requireMember, requirePerson } from "./lib/access.js";

/** A center's workshops by time, with who has a seat. */
export const list = query({
  args: { centerId: v.id("centers") },
  handler: async (ctx, { centerId }) => {
    const { email } = await requirePerson(ctx);
    const workshops = await ctx.db
      .query("workshops")
      .withIndex("by_center", (q) => q.eq("centerId", centerId))
      .collect();
    return await Promise.all(
      workshops.map(async (workshop) => {
        const bookings = await bookingsOf(ctx, workshop._id);
        return {
          ...workshop,
          seated: bookings.map(({ name }) => name),
          mine: bookings.some((booking) => booking.email === email),
        };
      }),
    );
  },
});

export const add = mutation({
  args: {
    centerId: v.id("centers"),
    title: v.string(),
    coach: v.string(),
    startsAt: v.number(),
    seats: v.number(),
  },
  handler: async (ctx, workshop) => await ctx.db.insert("workshops", workshop),
});

/** Takes a seat. What it reads (the workshop, everybody's seats) must still be so when the relay accepts it. */
export const book = strict(
  mutation({
    args: { workshopId: v.id("workshops") },
    handler: async (ctx, { workshopId }) => {
      const { centerId, seats, title } = await requireWorkshop(ctx, workshopId);
      const { email, name, role } = await requireMember(ctx, centerId);
      if (role !== "seeker") throw new ConvexError("Seats are for those who look for work.");
      const bookings = await bookingsOf(ctx, workshopId);
      if (bookings.some((booking) => booking.email === email)) {
        throw new ConvexError(`You have a seat in “${title}” already.`);
      }
      const last = bookings.at(-1);
      if (bookings.length >= seats) {
        throw new ConvexError(
          last ? `“${title}” is full: ${last.name} has the last seat.` : `“${title}” has no seats.`,
        );
      }
      return await ctx.db.insert("bookings", { centerId, workshopId, email, name });
    },
  }),
);

/** Gives one's own seat back. */
export const cancel = mutation({
  args: { workshopId: v.id("workshops") },
  handler: async (ctx, { workshopId }) => {
    const { email } = await requirePerson(ctx);
    const bookings = await bookingsOf(ctx, workshopId);
    for (const booking of bookings) {
      if (booking.email === email) await ctx.db.delete("bookings", booking._id);
    }
  },
});

async function bookingsOf(ctx: QueryCtx, workshopId: Id<"workshops">): Promise<Doc<"bookings">[]> {
  return await ctx.db
    .query("bookings")
    .withIndex("by_workshop", (q) => q.eq("workshopId", workshopId))
    .collect();
}

async function requireWorkshop(ctx: QueryCtx, id: Id<"workshops">): Promise<Doc<"workshops">> {
  const workshop = await ctx.db.get("workshops", id);
  if (!workshop) throw new ConvexError("This workshop is no longer offered.");
  return workshop;
}
