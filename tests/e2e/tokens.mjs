// Tokens: expired, forged and altered ones are turned away, and harm nobody else's session.
import { createHmac } from "node:crypto";
import { expect, expectEqual } from "./lib/expect.mjs";
import { PersonPage } from "./lib/person-page.mjs";
import { converse, hello, messageType } from "./lib/wire.mjs";

const claims = { sub: "ada", name: "Ada Lindqvist", email: "ada@northwind.example" };
const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const decode = (part) => JSON.parse(Buffer.from(part, "base64url").toString());

function signed(header, payload, secret) {
  const text = `${encode(header)}.${encode(payload)}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

async function tokensToRefuse(relay) {
  const good = await relay.token(claims);
  const [head, body, signature] = good.split(".");
  const hour = 3600;
  const now = Math.floor(Date.now() / 1000);
  return {
    expired: await relay.token({ ...claims, iat: now - 2 * hour, exp: now - hour }),
    "signed with another secret": signed(decode(head), decode(body), "guessed"),
    "without a signature": `${encode({ ...decode(head), alg: "none" })}.${body}.`,
    "for somebody else, with Ada's signature": `${head}.${encode({
      ...decode(body),
      email: "dora@harbor.example",
    })}.${signature}`,
    "no token at all": "",
  };
}

export const tokens = [
  {
    name: "expired and forged tokens are turned away",
    async run(world) {
      const ada = await PersonPage.openSynced(world, "ada");
      for (const [what, token] of Object.entries(await tokensToRefuse(world.relay))) {
        const { frames, closed } = await converse(
          ada.page,
          world.relay.origin,
          [hello({ token })],
          () => false, // until the relay closes
        );
        expect(closed !== null, `a token ${what}: the relay closes the connection`);
        const types = frames.map(({ type }) => type);
        expectEqual(
          types.filter((type) => type !== messageType.fault),
          [],
          `a token ${what}: frames besides the fault`,
        );
      }
      await ada.create("Undisturbed by forgers");
      await ada.synced();
    },
  },
  {
    name: "a page with an expired token gets a new one and goes on",
    async run(world) {
      const now = Math.floor(Date.now() / 1000);
      const context = await world.newContext();
      const expired = await world.relay.token({ ...claims, iat: now - 7200, exp: now - 3600 });
      await context.addInitScript((token) => {
        if (localStorage.getItem("vectr0.token.ada") === null) {
          localStorage.setItem("vectr0.token.ada", token);
        }
      }, expired);
      const ada = await PersonPage.openSynced(world, "ada", { context });
      await ada.see("Client check-in");
    },
  },
  {
    name: "a malformed message ends its own session and no other",
    async run(world) {
      const ada = await PersonPage.openSynced(world, "ada");
      const token = await world.relay.token(claims);
      const nonsense = [
        Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, 1]),
        Buffer.from([3, 99, 1, 2]),
        Buffer.from([]),
        hello({ token }).subarray(0, 40),
      ];
      for (const message of nonsense) {
        const { closed } = await converse(ada.page, world.relay.origin, [message], () => false);
        expect(closed !== null, `${message.toString("hex")} ends the session`);
      }
      const after = [hello({ token }), Buffer.from([2, 2, 0xff])];
      const { closed } = await converse(ada.page, world.relay.origin, after, () => false);
      expect(closed !== null, "nonsense after a welcome ends the session");
      await ada.create("Undisturbed by nonsense");
      await ada.synced();
    },
  },
];
