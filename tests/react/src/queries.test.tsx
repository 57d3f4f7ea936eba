// What components see of queries: results, "skip", errors, pages; and how often they are rendered for it.
import { usePaginatedQuery, useQueries, useQuery } from "convex/react";
import { ConvexError } from "convex/values";
import { Component, type ReactNode, useRef } from "react";
import { api } from "../convex/_generated/api.js";
import type { Tests } from "./page.ts";
import { equal, type Stage, settled } from "./stage.tsx";

const add = (stage: Stage, list: string, text: string, rank = 0) =>
  stage.convex.mutation(api.tasks.add, { list, text, rank });

function Texts({ list, seen }: { list: string; seen?: unknown[] }): ReactNode {
  const texts = useQuery(api.tasks.texts, { list });
  if (seen && seen.at(-1) !== texts) seen.push(texts);
  return texts === undefined ? "loading" : `[${texts.join()}]`;
}

function Rows({ list }: { list: string }): ReactNode {
  const rows = useQuery(api.tasks.list, { list });
  if (rows === undefined) return "loading";
  return `${rows.length} ${rows.map(({ text, done }) => `${text}:${done} `).join("")}`;
}

class Boundary extends Component<{ children: ReactNode }, { error?: unknown }> {
  override state: { error?: unknown } = {};
  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }
  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return error instanceof ConvexError ? `caught ${JSON.stringify(error.data)}` : String(error);
  }
}

export const queries: Tests = {
  "useQuery loads, then follows what mutations write": async (stage) => {
    stage.show(<Rows list="a" />);
    await stage.until("the first render", () => stage.text() === "loading");
    await stage.until("the empty list", () => stage.text() === "0 ");
    const id = await add(stage, "a", "one");
    await stage.until("the task", () => stage.text() === "1 one:false ");
    await stage.convex.mutation(api.tasks.finish, { id });
    await stage.until("the change", () => stage.text() === "1 one:true ");
  },

  "a write elsewhere renders nothing": async (stage) => {
    stage.show(<Rows list="a" />);
    await add(stage, "a", "one");
    await stage.until("the task", () => stage.text() === "1 one:false ");
    const before = stage.commits();
    await add(stage, "b", "other");
    await settled(stage);
    equal(stage.commits(), before, "commits");
  },

  "a result that comes out the same stays the same object, and renders nothing": async (stage) => {
    const seen: unknown[] = [];
    stage.show(<Texts list="a" seen={seen} />);
    const id = await add(stage, "a", "one");
    await stage.until("the task", () => stage.text() === "[one]");
    const before = stage.commits();
    const results = seen.length;
    await stage.convex.mutation(api.tasks.finish, { id });
    await settled(stage);
    equal(stage.commits(), before, "commits");
    equal(seen.length, results, "results seen");
  },

  "one commit shows all that one mutation changed": async (stage) => {
    const pairs: string[] = [];
    function Both(): ReactNode {
      const texts = useQuery(api.tasks.texts, { list: "a" });
      const count = useQuery(api.tasks.count, { list: "a" });
      if (texts && count !== undefined) pairs.push(`${texts.length}=${count}`);
      return `${count}`;
    }
    stage.show(<Both />);
    await stage.until("the first results", () => stage.text() === "0");
    for (let n = 0; n < 20; ++n) void add(stage, "a", `${n}`, n);
    await stage.until("all tasks", () => stage.text() === "20");
    const torn = pairs.filter((pair) => pair.split("=")[0] !== pair.split("=")[1]);
    equal(torn, [], "states that were never there");
  },

  '"skip" asks for nothing until there are arguments': async (stage) => {
    function Chosen({ list }: { list: string | null }): ReactNode {
      const count = useQuery(api.tasks.count, list === null ? "skip" : { list });
      return `${count}`;
    }
    await add(stage, "a", "one");
    stage.show(<Chosen list={null} />);
    await stage.until("nothing", () => stage.text() === "undefined");
    stage.show(<Chosen list="a" />);
    await stage.until("the count", () => stage.text() === "1");
    stage.show(<Chosen list={null} />);
    await stage.until("nothing again", () => stage.text() === "undefined");
  },

  "useQueries gives each result or its error": async (stage) => {
    const asked = {
      good: { query: api.tasks.count, args: { list: "a" } },
      bad: { query: api.tasks.fail, args: {} },
    };
    function Some(): ReactNode {
      const { good, bad } = useQueries(asked);
      return `${good} ${bad instanceof ConvexError ? JSON.stringify(bad.data) : bad}`;
    }
    stage.show(<Some />);
    await stage.until("both", () => stage.text() === '0 {"reason":"closed"}');
  },

  "an error of a query reaches the boundary above, with its data": async (stage) => {
    function Failing(): ReactNode {
      return useQuery(api.tasks.fail, {});
    }
    stage.show(
      <Boundary>
        <Failing />
      </Boundary>,
    );
    await stage.until("the error", () => stage.text() === 'caught {"reason":"closed"}');
  },

  "arguments of the wrong type are an error that names them": async (stage) => {
    function Wrong(): ReactNode {
      return `${useQuery(api.tasks.count, { list: 7 as unknown as string })}`;
    }
    stage.show(
      <Boundary>
        <Wrong />
      </Boundary>,
    );
    await stage.until("the error", () => stage.text().includes("ArgumentValidationError"));
    if (!stage.text().includes("list")) throw new Error(`the field is not named: ${stage.text()}`);
  },

  "usePaginatedQuery loads more, and keeps page boundaries when rows come and go": async (
    stage,
  ) => {
    const statuses: string[] = [];
    function Paged(): ReactNode {
      const paged = usePaginatedQuery(api.tasks.page, { list: "a" }, { initialNumItems: 3 });
      const { status, results, loadMore } = paged;
      if (statuses.at(-1) !== status) statuses.push(status);
      const more = useRef<HTMLButtonElement>(null);
      return (
        <>
          {results.map(({ rank }) => `${rank} `)}
          <button ref={more} type="button" onClick={() => loadMore(3)} aria-label="more" />
        </>
      );
    }
    const more = () => document.querySelector<HTMLButtonElement>("button")?.click();
    await stage.convex.mutation(api.tasks.fill, { list: "a", count: 7 });
    stage.show(<Paged />);
    await stage.until("the first page", () => stage.text() === "0 1 2 ");
    more();
    await stage.until("the second page", () => stage.text() === "0 1 2 3 4 5 ");
    await add(stage, "a", "between", 1.5);
    await stage.until("the new row", () => stage.text() === "0 1 1.5 2 3 4 5 ");
    await add(stage, "a", "at a boundary", 2.5);
    await stage.until("the new row", () => stage.text() === "0 1 1.5 2 2.5 3 4 5 ");
    more();
    await stage.until("the last page", () => stage.text() === "0 1 1.5 2 2.5 3 4 5 6 ");
    equal(
      statuses,
      ["LoadingFirstPage", "CanLoadMore", "LoadingMore", "CanLoadMore", "LoadingMore", "Exhausted"],
      "statuses",
    );
  },

  "what is not shown any more is not asked any more": async (stage) => {
    stage.show(<Rows list="a" />);
    await add(stage, "a", "one");
    await stage.until("the task", () => stage.text() === "1 one:false ");
    stage.show(null);
    await stage.until("nothing", () => stage.text() === "");
    const watch = stage.convex.watchQuery(api.tasks.list, { list: "a" });
    await stage.until("no result", () => watch.localQueryResult() === undefined);
  },
};
