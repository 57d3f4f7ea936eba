/* eslint-disable */
/**
 * The application's functions, for those who call them.
 *
 * Written by `syncline codegen`; changes here are lost when it runs again.
 * @module
 */

import type { ApiFromModules, FilterApi, FunctionReference } from "convex/server";
import type * as m_audit from "../audit.js";
import type * as m_auth from "../auth.js";
import type * as m_communities from "../communities.js";
import type * as m_files from "../files.js";
import type * as m_lib_access from "../lib/access.js";
import type * as m_lib_audit from "../lib/audit.js";
import type * as m_lib_posts from "../lib/posts.js";
import type * as m_lib_secrets from "../lib/secrets.js";
import type * as m_lib_settings from "../lib/settings.js";
import type * as m_lib_text from "../lib/text.js";
import type * as m_members from "../members.js";
import type * as m_notes from "../notes.js";
import type * as m_posts from "../posts.js";
import type * as m_reactions from "../reactions.js";
import type * as m_validators from "../validators.js";

declare const fullApi: ApiFromModules<{
  "audit": typeof m_audit;
  "auth": typeof m_auth;
  "communities": typeof m_communities;
  "files": typeof m_files;
  "lib/access": typeof m_lib_access;
  "lib/audit": typeof m_lib_audit;
  "lib/posts": typeof m_lib_posts;
  "lib/secrets": typeof m_lib_secrets;
  "lib/settings": typeof m_lib_settings;
  "lib/text": typeof m_lib_text;
  "members": typeof m_members;
  "notes": typeof m_notes;
  "posts": typeof m_posts;
  "reactions": typeof m_reactions;
  "validators": typeof m_validators;
}>;

/** What clients and other functions may call: `api.messages.list`. */
export declare const api: FilterApi<typeof fullApi, FunctionReference<any, "public">>;

/** What only other functions may call: `internal.messages.remove`. */
export declare const internal: FilterApi<typeof fullApi, FunctionReference<any, "internal">>;

/** The functions of the components that convex.config.ts installs. */
export declare const components: {};
