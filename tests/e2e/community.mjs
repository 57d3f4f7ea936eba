// The community, a whole application: offline from its first load on, then online, for two people.

import { cachedPage } from "./lib/cached-page.mjs";
import { DemoApp } from "./lib/demo-app.mjs";
import { expectEqual, expectSoon } from "./lib/expect.mjs";
import { takePicture } from "./lib/picture.mjs";

// Its page, as a person uses it.
class CommunityPage {
  static async open(app, subject, path = "") {
    const community = new CommunityPage();
    community.page = await app.open(`/?as=${subject}${path}`);
    return community;
  }

  async found(name) {
    await this.page.getByLabel("Name").fill(name);
    await this.page.getByRole("button", { name: "Found a community" }).click();
    await this.page.getByRole("heading", { name, level: 1 }).waitFor();
  }

  async goTo(view) {
    const parts = this.page.getByRole("navigation", { name: "Parts of the community" });
    await parts.getByRole("button", { name: view }).click();
  }

  async addMember(name, email) {
    await this.goTo("Members");
    await this.page.getByLabel("Name", { exact: true }).fill(name);
    await this.page.getByLabel("Email").fill(email);
    await this.page.getByRole("button", { name: "Add", exact: true }).click();
    await this.page.getByRole("heading", { name }).waitFor();
    await this.goTo("Posts");
  }

  async write(title) {
    await this.page.getByLabel("Title").fill(title);
    await this.page.getByRole("button", { name: "Publish" }).click();
    await this.post(title).waitFor();
  }

  post(title) {
    return this.page.getByRole("listitem", { name: title, exact: true });
  }

  async press(action, title) {
    await this.page.getByRole("button", { name: `${action}: ${title}`, exact: true }).click();
  }

  likes(title, count) {
    return this.post(title)
      .getByRole("button", { name: /^Like/ })
      .getByText(`${count}`, { exact: true })
      .waitFor();
  }

  synced() {
    return this.page.locator('.sync.synced[data-pending="0"]').waitFor();
  }

  pending(count) {
    return this.page.locator(`.sync[data-pending="${count}"]`).waitFor();
  }
}

const scenes = [
  { view: "posts", width: 1280 },
  { view: "posts", width: 360, colorScheme: "dark" },
  { view: "members", width: 360 },
  { view: "settings", width: 1280, colorScheme: "dark" },
];

export const community = [
  {
    name: "community: nothing sticks out of its pages",
    run: (world) =>
      DemoApp.with(world, "community", async (app) => {
        await app.seed();
        for (const { view, width, colorScheme = "light" } of scenes) {
          const options = { viewport: { width, height: 860 }, colorScheme };
          const page = await app.open(`/?as=ada&view=${view}`, options);
          await page.locator(".posts .post, .members li, .settings").first().waitFor();
          await takePicture(world, page, `community-${view}-${width}-${colorScheme}`);
        }
      }),
  },
  {
    name: "community: from the first load on without a network, then with somebody else",
    run: (world) =>
      DemoApp.with(world, "community", async (app) => {
        const ada = await CommunityPage.open(app, "ada");
        await ada.found("Rowers");
        await ada.addMember("Ben Okafor", "ben@commons.example");
        await ada.synced();
        await cachedPage(ada.page);

        await app.goOffline(ada.page);
        await ada.page.reload();
        await ada.page.getByRole("heading", { name: "Rowers", level: 1 }).waitFor();
        await ada.write("Written offline");
        await ada.press("Like", "Written offline");
        await ada.likes("Written offline", 1);
        await ada.press("Comments", "Written offline");
        await ada.page.getByLabel("Your comment").fill("Nobody hears me");
        await ada.page.getByRole("button", { name: "Comment", exact: true }).click();
        await ada.write("Thrown away offline");
        await ada.press("Move to bin", "Thrown away offline");
        await ada.page.reload();
        await ada.likes("Written offline", 1);
        await ada.post("Written offline").getByText("Waiting").waitFor();
        await ada.pending(5);

        await app.goOnline(ada.page);
        await ada.synced();
        const ben = await CommunityPage.open(app, "ben");
        await ben.likes("Written offline", 1);
        expectEqual(await ben.post("Thrown away offline").count(), 0, "posts of the bin at Ben");
        await ben.press("Like", "Written offline");
        await ada.likes("Written offline", 2);
        await ada.press("Restore", "Thrown away offline");
        await ben.post("Thrown away offline").waitFor();
        expectEqual([...ada.page.errors, ...ben.page.errors], [], "errors on the pages");
      }),
  },
  {
    name: "community: members come page by page, and are found by name",
    run: (world) =>
      DemoApp.with(world, "community", async (app) => {
        await app.seed();
        const ben = await CommunityPage.open(app, "ben", "&view=members");
        await ben.synced();
        const list = ben.page.getByRole("region", { name: "Members" }).getByRole("heading");
        await list.nth(11).waitFor();
        expectEqual(await list.count(), 12, "names on the first page");
        await ben.page.getByRole("button", { name: "Load more" }).click();
        await list.nth(20).waitFor();
        const names = await list.allTextContents();
        expectEqual(names, [...names].sort(), "the order of the names");
        await ben.page.getByRole("button", { name: "Load more" }).waitFor({ state: "detached" });
        await ben.page.getByLabel("Find by name").fill("okaf");
        await list.nth(1).waitFor({ state: "detached" });
        await expectSoon(() => list.allTextContents(), ["Ben Okafor"], "who is found");
      }),
  },
  {
    name: "community: what somebody may no longer do when the network is back is refused and undone",
    run: (world) =>
      DemoApp.with(world, "community", async (app) => {
        await app.seed();
        const [ada, mo] = [
          await CommunityPage.open(app, "ada"),
          await CommunityPage.open(app, "mo"),
        ];
        await mo.press("Move to bin", "Found: a blue cap");
        await mo.synced();
        await ada.page.getByRole("button", { name: "Restore: Found: a blue cap" }).click();
        await mo.post("Found: a blue cap").waitFor();
        await mo.page.context().setOffline(true);
        await mo.page.getByRole("switch", { name: "Network" }).setChecked(false);
        await mo.press("Move to bin", "Found: a blue cap");
        await mo.post("Found: a blue cap").waitFor({ state: "detached" });
        await ada.goTo("Members");
        await ada.page.getByLabel("Find by name").fill("Keane");
        await ada.page.getByLabel("Role of Mo Keane").selectOption("member");
        await ada.synced();
        await mo.page.context().setOffline(false);
        await mo.page.getByRole("switch", { name: "Network" }).setChecked(true);
        await mo.page.getByText("One change was refused").waitFor();
        await mo.page.getByText("Only its author and moderators can change a post.").waitFor();
        await mo.post("Found: a blue cap").waitFor();
        const forbidden = mo.page.getByRole("button", { name: "Move to bin: Found: a blue cap" });
        await forbidden.waitFor({ state: "detached" });
        await mo.page.getByRole("button", { name: "Dismiss" }).click();
      }),
  },
];
