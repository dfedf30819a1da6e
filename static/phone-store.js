"use strict";
/* What the phone keeps: one database for each person, written before anything is shown as stored.
   Every change goes through here, and the number of things that still wait is remembered where the sign-out button can read it. */
window.Phone = (function () {
  const Phone = {};
  const STORES = { meta: "key", units: "id", files: "key", records: "key", photos: "id" };

  /* Also without https, where browsers offer neither randomUUID nor subtle */
  Phone.uuid = function () {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    return Phone.hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };
  Phone.hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  Phone.sha256 = async function (bytes) {
    if (crypto.subtle) return Phone.hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
    return Phone.plainSha256(bytes);
  };

  /* FIPS 180-4, for plain http. Its constants are the first 32 bits of the fractions of roots of the first primes. */
  const constants = (function () {
    const primes = [], fraction = (root) => ((root - Math.floor(root)) * 4294967296) | 0;
    for (let number = 2; primes.length < 64; number += 1) if (primes.every((prime) => number % prime)) primes.push(number);
    return { rounds: primes.map((prime) => fraction(Math.cbrt(prime))), start: primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime))) };
  })();
  Phone.plainSha256 = function (bytes) {
    const length = bytes.length, padded = new Uint8Array(((length + 72) >> 6) << 6), view = new DataView(padded.buffer);
    padded.set(bytes);
    padded[length] = 128;
    view.setUint32(padded.length - 8, Math.floor(length / 536870912));
    view.setUint32(padded.length - 4, (length << 3) >>> 0);
    const state = constants.start.slice(), words = new Int32Array(64), turn = (word, by) => (word >>> by) | (word << (32 - by));
    for (let block = 0; block < padded.length; block += 64) {
      for (let at = 0; at < 64; at += 1) {
        if (at < 16) { words[at] = view.getInt32(block + at * 4); continue; }
        const early = words[at - 15], late = words[at - 2];
        words[at] = words[at - 16] + (turn(early, 7) ^ turn(early, 18) ^ (early >>> 3)) + words[at - 7] + (turn(late, 17) ^ turn(late, 19) ^ (late >>> 10));
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let at = 0; at < 64; at += 1) {
        const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + constants.rounds[at] + words[at]) | 0;
        const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
      }
      [a, b, c, d, e, f, g, h].forEach((word, at) => { state[at] = (state[at] + word) | 0; });
    }
    return state.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  };

  /* The database */
  let database = null, owner = null;
  Phone.owner = () => owner;
  Phone.open = function (user) {
    owner = user;
    return new Promise((resolve, reject) => {
      const opening = indexedDB.open(`phone-${user}`, 1);
      opening.onupgradeneeded = () => Object.entries(STORES).forEach(([name, keyPath]) => opening.result.createObjectStore(name, { keyPath }));
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        database = opening.result;
        database.onversionchange = () => { database.close(); location.reload(); };
        resolve();
      };
    });
  };
  /* `work` gets the stores and may return a request; the promise is kept when everything is on disk. */
  Phone.write = function (names, work) {
    return new Promise((resolve, reject) => {
      const change = database.transaction(names, "readwrite", { durability: "strict" });
      let answer;
      change.oncomplete = () => resolve(answer && "result" in answer ? answer.result : answer);
      change.onabort = change.onerror = () => reject(change.error);
      answer = work(...names.map((name) => change.objectStore(name)), (value) => { answer = value; });
    });
  };
  Phone.get = (name, key) => read(name, (store) => store.get(key));
  Phone.all = (name) => read(name, (store) => store.getAll());
  Phone.put = (name, value) => Phone.write([name], (store) => { store.put(value); });
  Phone.remove = (name, key) => Phone.write([name], (store) => { store.delete(key); });
  function read(name, ask) {
    return new Promise((resolve, reject) => {
      const request = ask(database.transaction([name]).objectStore(name));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }
  Phone.meta = async (key) => ((await Phone.get("meta", key)) || {}).value;
  Phone.setMeta = (key, value) => Phone.put("meta", { key, value });

  /* Records. One for each unit and item; its number grows with every change, so that no content is ever sent under a number
     that already went out with another. `seen` is the number the page showed: a change on top of another tab's keeps both. */
  const FIELDS = ["verdict", "points", "reason"];
  Phone.keyOf = (unit, code) => `${unit}/${code}`;
  Phone.same = (one, other) => FIELDS.every((name) => (one[name] || "") === (other[name] || ""));
  Phone.record = async (unit, code) => (await Phone.get("records", Phone.keyOf(unit, code))) || blank(unit, code);
  function blank(unit, code) {
    return { key: Phone.keyOf(unit, code), id: Phone.uuid(), unit, code, number: 0, sent: 0, verdict: "", points: "", reason: "", base: 0, state: "", problems: [] };
  }
  Phone.saveRecord = function (unit, code, said, seen) {
    mayWait();
    const key = Phone.keyOf(unit, code), plain = { verdict: said.verdict, points: said.points, reason: wellFormed(said.reason) };
    return Phone.write(["records"], (store, answer) => {
      const asked = store.get(key);
      asked.onsuccess = () => {
        const record = asked.result || blank(unit, code);
        if (Phone.same(record, plain) && record.number) return answer(record);
        if (seen !== undefined && record.number !== seen) {
          record.rival = Object.assign({ at: new Date().toISOString() }, plain);
        } else {
          Object.assign(record, plain, { number: record.number + 1, deviceAt: new Date().toISOString(), keep: Boolean(said.keep) });
          delete record.rival;
          delete record.rivals;
        }
        if (said.base !== undefined) record.base = said.base;
        store.put(record);
        answer(record);
      };
    }).then(changed);
  };
  /* What the portal's text columns take: no lone halves of a character, no NUL */
  const wellFormed = (text) => new TextDecoder().decode(new TextEncoder().encode(text || "")).replace(/\0/g, "");

  /* Change what is stored now, whatever it has become meanwhile; `change` returns false to leave it. */
  Phone.amend = function (name, key, change) {
    mayWait();
    return Phone.write([name], (store, answer) => {
      const asked = store.get(key);
      asked.onsuccess = () => {
        if (!asked.result || change(asked.result) === false) return;
        store.put(asked.result);
        answer(asked.result);
      };
    }).then(changed);
  };
  Phone.addPhoto = function (photo) {
    mayWait();
    return Phone.write(["photos"], (store) => { store.put(photo); }).then(changed);
  };
  Phone.photosOf = async (unit, code) => (await Phone.all("photos")).filter((photo) => photo.unit === unit && (!code || photo.code === code))
    .sort((one, other) => (one.addedAt < other.addedAt ? -1 : 1));

  /* What still has to be sent or looked at. The sign-out button reads the number from localStorage. */
  Phone.isWaiting = function (thing) {
    if (!thing.pieces) return thing.sent < thing.number || Boolean(thing.rival);
    return thing.removed ? Boolean(thing.known) : !["entered", "quarantined", "set_aside"].includes(thing.state);
  };
  Phone.needsPerson = (thing) => ["conflict", "refused"].includes(thing.state) || Boolean(thing.rival) || (thing.state === "incomplete" && thing.sent === thing.number);
  Phone.queue = async function () {
    const records = (await Phone.all("records")).filter((record) => record.number);
    return { records, photos: await Phone.all("photos") };
  };
  const waitingKey = () => `phone-waiting-${owner}`;
  const mayWait = () => { if (!Number(localStorage.getItem(waitingKey()))) localStorage.setItem(waitingKey(), "1"); };
  Phone.count = async function () {
    const { records, photos } = await Phone.queue();
    const waiting = records.concat(photos).filter(Phone.isWaiting).length;
    localStorage.setItem(waitingKey(), String(waiting));
    return waiting;
  };

  /* Other tabs of the same person */
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("phone") : null;
  const tell = () => document.dispatchEvent(new CustomEvent("phone:change"));
  if (channel) channel.onmessage = (event) => { if (event.data === owner) tell(); };
  function changed(value) {
    if (channel) channel.postMessage(owner);
    tell();
    return value;
  }
  Phone.changed = changed;

  /* A unit goes with everything that was taken along, never with something that still waits */
  Phone.forgetUnit = async function (unit) {
    const { records, photos } = await Phone.queue();
    if (records.concat(photos).some((thing) => thing.unit === unit && Phone.isWaiting(thing))) return false;
    await Phone.write(["units", "files", "records", "photos"], (units, files, kept, pictures) => {
      const below = IDBKeyRange.bound(`${unit}/`, `${unit}/\uffff`);
      units.delete(unit);
      files.delete(below);
      kept.delete(below);
      photos.filter((photo) => photo.unit === unit).forEach((photo) => pictures.delete(photo.id));
    });
    changed();
    return true;
  };
  /* The bytes of photos that the portal has confirmed a day ago */
  Phone.clearSent = async function (age) {
    const old = (await Phone.all("photos")).filter((photo) => photo.blob && !Phone.isWaiting(photo) && photo.confirmedAt && Date.now() - Date.parse(photo.confirmedAt) >= age);
    await Promise.all(old.map((photo) => Phone.amend("photos", photo.id, (now) => { delete now.blob; })));
    return old.length;
  };
  return Phone;
})();
