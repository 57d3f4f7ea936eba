// Writing a demo's first rows through the door that everybody uses: a client with a person's token, and the
// application's own mutations.
import { loadApp } from "syncline/bundle";
import { openSyncline } from "syncline/node";

const deadlineMs = 60_000;

export class Seeder {
  // folder: the demo's, as a path; relay: its address.
  static async open(demo, folder, relay) {
    setTimeout(() => {
      console.error(`seed: ${relay} has not taken everything after ${deadlineMs / 1000} s`);
      process.exit(1);
    }, deadlineMs).unref();
    const seeder = new Seeder();
    seeder.demo = demo;
    seeder.relay = relay;
    seeder.app = await loadApp(`${folder}/convex`);
    return seeder;
  }

  // Runs `work(client, run)` as the person, with all that they may see, and waits until the relay has taken
  // what it wrote. `run(mutation, args)` gives the mutation's result.
  async as(person, work) {
    const { app, relay } = this;
    const token = await this.token(person);
    const client = await openSyncline({ app, url: relay, token, storage: "memory" });
    const decisions = [];
    const run = async (mutation, args) => {
      const { applied, accepted } = client.mutation(mutation, args);
      decisions.push(accepted);
      return await applied;
    };
    try {
      await synced(client);
      const result = await work(client, run);
      await Promise.all(decisions);
      return result;
    } finally {
      await client.close();
    }
  }

  async token({ email, name }) {
    const response = await fetch(new URL("/dev/token", this.relay), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ iss: this.demo, sub: email.split("@")[0], name, email }),
    });
    if (response.ok) return (await response.json()).token;
    throw new Error(
      `${this.relay} gives no tokens (${response.status}): start it with --dev-tokens`,
    );
  }
}

// Until everything that this person may see has arrived.
function synced(client) {
  return new Promise((resolve) => {
    const check = () => {
      if (client.status().sync === "synced") resolve();
    };
    client.onStatus(check);
    check();
  });
}
