// As Convex's codegen writes it.
import type { ComponentApi as Aggregate } from "@convex-dev/aggregate/_generated/component.js";
import type { ComponentApi as Migrations } from "@convex-dev/migrations/_generated/component.js";
import type { ComponentApi as Presence } from "@convex-dev/presence/_generated/component.js";
import type { ComponentApi as ProsemirrorSync } from "@convex-dev/prosemirror-sync/_generated/component.js";
import type { ComponentApi as RateLimiter } from "@convex-dev/rate-limiter/_generated/component.js";
import type { ComponentApi as Workpool } from "@convex-dev/workpool/_generated/component.js";
import {
  type ApiFromModules,
  anyApi,
  componentsGeneric,
  type FilterApi,
  type FunctionReference,
  type FunctionType,
} from "convex/server";
import type * as documents from "../documents.ts";
import type * as mails from "../mails.ts";
import type * as messages from "../messages.ts";
import type * as people from "../people.ts";
import type * as rooms from "../rooms.ts";
import type * as scores from "../scores.ts";

type FullApi = ApiFromModules<{
  documents: typeof documents;
  mails: typeof mails;
  messages: typeof messages;
  people: typeof people;
  rooms: typeof rooms;
  scores: typeof scores;
}>;

export const api = anyApi as unknown as FilterApi<
  FullApi,
  FunctionReference<FunctionType, "public">
>;
export const internal = anyApi as unknown as FilterApi<
  FullApi,
  FunctionReference<FunctionType, "internal">
>;
export const components = componentsGeneric() as unknown as {
  rateLimiter: RateLimiter<"rateLimiter">;
  scoresByGame: Aggregate<"scoresByGame">;
  presence: Presence<"presence">;
  prosemirrorSync: ProsemirrorSync<"prosemirrorSync">;
  mailPool: Workpool<"mailPool">;
  migrations: Migrations<"migrations">;
};
