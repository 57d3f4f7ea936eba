/* eslint-disable */
/**
 * The application's functions, for those who call them.
 *
 * Written by `syncline codegen`; changes here are lost when it runs again.
 * @module
 */

import type { ApiFromModules, FilterApi, FunctionReference } from "convex/server";
import type * as m_admin_people from "../admin/people.js";
import type * as m_messages from "../messages.js";
import type * as m_posts from "../posts.js";

declare const fullApi: ApiFromModules<{
  "admin/people": typeof m_admin_people;
  "messages": typeof m_messages;
  "posts": typeof m_posts;
}>;

/** What clients and other functions may call: `api.messages.list`. */
export declare const api: FilterApi<typeof fullApi, FunctionReference<any, "public">>;

/** What only other functions may call: `internal.messages.remove`. */
export declare const internal: FilterApi<typeof fullApi, FunctionReference<any, "internal">>;

/** The functions of the components that convex.config.ts installs. */
export declare const components: {
  "counter": import("../counter/_generated/component.js").ComponentApi<"counter">;
  "visits": import("../counter/_generated/component.js").ComponentApi<"visits">;
  "rateLimiter": import("@convex-dev/rate-limiter/_generated/component.js").ComponentApi<"rateLimiter">;
};
