/* eslint-disable */
/**
 * The application's functions, for those who call them.
 *
 * Written by `syncline codegen`; changes here are lost when it runs again.
 * @module
 */

import type { ApiFromModules, FilterApi, FunctionReference } from "convex/server";
import type * as m_cells from "../cells.js";
import type * as m_item from "../item.js";
import type * as m_items from "../items.js";
import type * as m_merge from "../merge.js";
import type * as m_text_trace from "../text-trace.js";

declare const fullApi: ApiFromModules<{
  "cells": typeof m_cells;
  "item": typeof m_item;
  "items": typeof m_items;
  "merge": typeof m_merge;
  "text-trace": typeof m_text_trace;
}>;

/** What clients and other functions may call: `api.messages.list`. */
export declare const api: FilterApi<typeof fullApi, FunctionReference<any, "public">>;

/** What only other functions may call: `internal.messages.remove`. */
export declare const internal: FilterApi<typeof fullApi, FunctionReference<any, "internal">>;

/** The functions of the components that convex.config.ts installs. */
export declare const components: {};
