// The wire, as far as a hostile client needs it: writes a Hello and a Push by hand, and reads which
// frames come back. The format is that of shared/wire/messages.hpp.

export const messageType = {
  hello: 1,
  push: 2,
  welcome: 5,
  delta: 6,
  chunk: 7,
  verdict: 8,
  left: 9,
  fault: 10,
};

function varint(value) {
  let left = BigInt(value);
  const bytes = [];
  for (; left >= 0x80n; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80);
  bytes.push(Number(left));
  return Buffer.from(bytes);
}

function text(value) {
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(bytes.length), bytes]);
}

function replicaId(id) {
  const bytes = Buffer.alloc(9); // ordinal 0, then the id
  bytes.writeBigUInt64LE(BigInt(id), 1);
  return bytes;
}

function frame(type, ...parts) {
  const body = Buffer.concat([Buffer.from([type]), ...parts]);
  return Buffer.concat([varint(body.length), body]);
}

export function hello({ token, tenants = [], replica = 77n, protocol = 2 }) {
  return frame(
    messageType.hello,
    varint(protocol),
    varint(0), // schema hash
    varint(0), // rules hash
    replicaId(replica),
    varint(Date.now()),
    text(token),
    varint(tenants.length),
    ...tenants.flatMap((tenant) => [
      text(tenant),
      ...[varint(0), varint(0), text("")], // the cursor
      ...[varint(0), varint(0), varint(0)], // what of its own it has heard and kept
    ]),
  );
}

// One change set that deletes the document.
export function pushDelete({ tenant, documentId, replica = 77n }) {
  const { table, id } = decodeId(documentId);
  return frame(
    messageType.push,
    varint(1 * 8 + 1 + 4), // one change set, fresh, with a tenant
    replicaId(replica),
    varint(0), // a new tenant
    text(tenant),
    varint(1 * 4), // one row; the next number, which is 1
    varint(BigInt(Date.now()) * 4n), // since 1970, and no counter
    varint(0), // a new row of a new table
    varint(table),
    id,
    Buffer.from([8]), // a causal length other than 1 follows
    varint(2), // even: deleted
  );
}

// A document id's table and row: Crockford base32 of the table's varint, 16 bytes and 2 of footer.
function decodeId(documentId) {
  const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  const bytes = [];
  let bits = 0;
  let held = 0;
  for (const letter of documentId) {
    held = (held << 5) | alphabet.indexOf(letter);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push(held >> bits);
      held &= (1 << bits) - 1;
    }
  }
  let table = 0;
  let at = 0;
  for (let shift = 0; ; shift += 7) {
    table += (bytes[at] & 0x7f) * 2 ** shift;
    if (bytes[at++] < 0x80) break;
  }
  return { table, id: Buffer.from(bytes.slice(at, at + 16)) };
}

// The frames of received messages, as {type, body}.
export function readFrames(messages) {
  return messages.flatMap((message) => {
    const frames = [];
    for (let at = 0; at < message.length; ) {
      let size = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = message[at++];
        size += (byte & 0x7f) * 2 ** shift;
        if (byte < 0x80) break;
      }
      frames.push({ type: message[at], body: message.subarray(at + 1, at + size) });
      at += size;
    }
    return frames;
  });
}

// Opens a socket in the page, sends the messages one by one, and gives what came until the relay
// closed it, or until `isEnough` said so: {frames, closed: code or null}.
export async function converse(page, origin, messages, isEnough) {
  const socket = await page.evaluateHandle(
    ([address, texts]) => {
      const state = { received: [], closed: null };
      const open = new WebSocket(address);
      open.binaryType = "arraybuffer";
      open.onopen = () => {
        for (const text of texts) {
          open.send(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
        }
      };
      open.onmessage = ({ data }) => {
        state.received.push(btoa(String.fromCharCode(...new Uint8Array(data))));
      };
      open.onclose = ({ code }) => {
        state.closed = code;
      };
      state.close = () => open.close();
      return state;
    },
    [`${origin.replace(/^http/, "ws")}/sync`, messages.map((bytes) => bytes.toString("base64"))],
  );
  const read = async () => {
    const { received, closed } = await socket.evaluate(({ received, closed }) => ({
      received,
      closed,
    }));
    return { frames: readFrames(received.map((part) => Buffer.from(part, "base64"))), closed };
  };
  const { until } = await import("./until.mjs");
  await until("the relay has answered", async () => {
    const { frames, closed } = await read();
    return closed !== null || isEnough(frames);
  });
  const answer = await read();
  await socket.evaluate((state) => state.close());
  return answer;
}
