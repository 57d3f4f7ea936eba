// PersonPage: the demo's page as one person sees and uses it. Waiting is Playwright's: every action
// and expectation has a deadline.
import { until } from "./until.mjs";

export class PersonPage {
  constructor(page, subject, origin) {
    this.page = page;
    this.subject = subject;
    this.origin = origin;
    this.errors = [];
    page.on("pageerror", (error) => this.errors.push(error.message));
  }

  // In a context of its own (a browser of its own, as far as data goes) unless one is given.
  static async open(world, subject, { context, query = "" } = {}) {
    const own = context ?? (await world.newContext());
    const person = new PersonPage(await own.newPage(), subject, world.relay.origin);
    await person.page.goto(`${person.origin}/?as=${subject}${query}`);
    return person;
  }

  static async openSynced(world, subject, options) {
    const person = await PersonPage.open(world, subject, options);
    await person.synced();
    return person;
  }

  async close() {
    await this.page.context().close();
  }

  synced() {
    return this.page.locator('.sync.synced[data-pending="0"]').waitFor();
  }

  async pending() {
    return Number(await this.page.locator(".sync").getAttribute("data-pending"));
  }

  // The row whose title is exactly this.
  row(title) {
    return this.page
      .locator("li.row")
      .filter({ has: this.page.getByRole("heading", { name: title, exact: true }) });
  }

  async titles() {
    return await this.page.locator("li.row h3").allTextContents();
  }

  async see(title) {
    await this.row(title).waitFor();
  }

  async seeNot(title) {
    await this.row(title).waitFor({ state: "detached" });
  }

  async seeStatus(title, status) {
    await this.row(title).locator(".badge", { hasText: status }).waitFor();
  }

  async create(title) {
    await this.page.getByRole("button", { name: "New schedule" }).click();
    const dialog = this.page.getByRole("dialog");
    await dialog.getByLabel("Title").fill(title);
    await dialog.getByRole("button", { name: "Create" }).click();
    await dialog.waitFor({ state: "detached" });
  }

  // fields: by label, as { Title: "..." }
  async edit(title, fields) {
    await this.page.getByRole("button", { name: `Edit: ${title}`, exact: true }).click();
    const dialog = this.page.getByRole("dialog");
    for (const [label, value] of Object.entries(fields)) {
      await dialog.getByLabel(label).fill(value);
    }
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
  }

  async press(action, title) {
    await this.page.getByRole("button", { name: `${action}: ${title}`, exact: true }).click();
  }

  async setNetwork(online) {
    await this.page.getByRole("switch", { name: "Network" }).setChecked(online);
    if (!online) await this.page.locator(".sync.offline").waitFor();
  }

  async organization() {
    await until("an organization is in the address", () => this.address().get("org"));
    return this.address().get("org");
  }

  address() {
    return new URL(this.page.url()).searchParams;
  }
}
