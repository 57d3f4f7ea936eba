/* eslint-disable */
/**
 * The application's functions, for those who call them.
 *
 * Written by `syncline codegen`; changes here are lost when it runs again.
 * @module
 */

import type { ApiFromModules, FilterApi, FunctionReference } from "convex/server";
import type * as m_applications from "../applications.js";
import type * as m_coaches from "../coaches.js";
import type * as m_jobs from "../jobs.js";
import type * as m_lib_checks from "../lib/checks.js";
import type * as m_lib_person from "../lib/person.js";
import type * as m_messages from "../messages.js";
import type * as m_notifications from "../notifications.js";
import type * as m_payments from "../payments.js";
import type * as m_resumes from "../resumes.js";
import type * as m_sessions from "../sessions.js";
import type * as m_stories from "../stories.js";
import type * as m_tables_account from "../tables/account.js";
import type * as m_tables_career from "../tables/career.js";
import type * as m_tables_coaching from "../tables/coaching.js";
import type * as m_tables_people from "../tables/people.js";
import type * as m_tasks from "../tasks.js";
import type * as m_users from "../users.js";
import type * as m_validators from "../validators.js";

declare const fullApi: ApiFromModules<{
  "applications": typeof m_applications;
  "coaches": typeof m_coaches;
  "jobs": typeof m_jobs;
  "lib/checks": typeof m_lib_checks;
  "lib/person": typeof m_lib_person;
  "messages": typeof m_messages;
  "notifications": typeof m_notifications;
  "payments": typeof m_payments;
  "resumes": typeof m_resumes;
  "sessions": typeof m_sessions;
  "stories": typeof m_stories;
  "tables/account": typeof m_tables_account;
  "tables/career": typeof m_tables_career;
  "tables/coaching": typeof m_tables_coaching;
  "tables/people": typeof m_tables_people;
  "tasks": typeof m_tasks;
  "users": typeof m_users;
  "validators": typeof m_validators;
}>;

/** What clients and other functions may call: `api.messages.list`. */
export declare const api: FilterApi<typeof fullApi, FunctionReference<any, "public">>;

/** What only other functions may call: `internal.messages.remove`. */
export declare const internal: FilterApi<typeof fullApi, FunctionReference<any, "internal">>;

/** The functions of the components that convex.config.ts installs. */
export declare const components: {};
