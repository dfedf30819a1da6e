"use strict";
/* Sending what waits: texts first, then photos piece by piece. A thing is confirmed only by a receipt that names its id and its
   hash. Nothing is deleted before. It tries again by itself: on opening, when the network or the page comes back, by button, and after a pause
   that grows. */
(function (Phone) {
  const PAUSES = [2, 5, 15, 30, 60, 120, 300], PATIENCE = 90000;
  const status = { phase: "idle", user: null, failures: 0, nextAt: 0, offset: 0, doing: "", done: 0, total: 0 };
  Phone.status = status;
  let base = "", token = "", timer = 0, running = false, again = false;

  class Lost extends Error {}
  class SignedOut extends Error {}
  class NotMine extends Error {}

  async function ask(path, options) {
    const stop = new AbortController(), waiting = setTimeout(() => stop.abort(), PATIENCE);
    let answer;
    try {
      answer = await fetch(base + path, Object.assign({ redirect: "manual", cache: "no-store", credentials: "same-origin", signal: stop.signal }, options));
    } catch (error) {
      throw new Lost(path);
    } finally {
      clearTimeout(waiting);
    }
    if (answer.type === "opaqueredirect" || answer.status === 401) throw new SignedOut();
    if (answer.status >= 500 || answer.status === 429) throw new Lost(String(answer.status));
    return answer;
  }
  async function body(answer) {
    try {
      return await answer.json();
    } catch (error) {
      throw new Lost("cut off");
    }
  }
  async function send(path, content, type) {
    const post = () => ask(path, { method: "POST", body: content, headers: { "Content-Type": type || "application/json", "X-CSRFToken": token } });
    let answer = await post();
    if (answer.status === 403) { /* the token may be of an earlier sign-in */
      await session();
      answer = await post();
    }
    return answer;
  }

  /* Who is signed in now. Somebody else's phone store is not touched. */
  async function session() {
    const said = await body(await ask("session/"));
    if (Phone.owner() && said.user.id !== Phone.owner()) {
      localStorage.setItem("phone-user", String(said.user.id));
      throw new NotMine();
    }
    token = said.token;
    status.user = said.user;
    status.offset = Date.parse(said.now) - Date.now();
    return said;
  }
  Phone.session = session;

  /* The message of a record, and the hash that its receipt must name */
  Phone.message = async function (record) {
    const unit = (await Phone.get("units", record.unit)) || {}, points = record.points === "" ? "" : String(Number(record.points));
    const lines = [record.id, record.number, record.unit, record.code, record.verdict, points, record.keep ? "1" : "", record.reason];
    return {
      id: record.id, number: record.number, visit: record.unit, unit: unit.unit || "", item: record.code, verdict: record.verdict, points, reason: record.reason,
      keep: Boolean(record.keep), base: record.base, device_at: record.deviceAt, ticket: unit.ticket || "",
      sha256: await Phone.sha256(new TextEncoder().encode(lines.join("\n"))),
    };
  };
  Phone.announcement = (photo) => ({
    id: photo.id, visit: photo.unit, unit: photo.unitName, item: photo.code, sha256: photo.sha256, size: photo.size, extension: photo.extension,
    pieces: photo.pieces, device_at: photo.takenAt, ticket: photo.ticket, removed: Boolean(photo.removed),
  });

  async function refused(answer) {
    const said = answer.headers.get("Content-Type") === "application/json" ? await body(answer) : {};
    return said.problems || [Phone.words.notAllowed];
  }

  async function sendRecord(record) {
    const message = await Phone.message(record), answer = await send("records/", JSON.stringify(message));
    if (answer.status === 409) { /* the id is taken: the same content goes out under a new one */
      await Phone.amend("records", record.key, (now) => { now.id = Phone.uuid(); now.sent = 0; });
      again = true;
      return;
    }
    if (!answer.ok) {
      const problems = await refused(answer);
      await Phone.amend("records", record.key, (now) => { now.state = "refused"; now.problems = problems; });
      return;
    }
    const receipt = await body(answer);
    if (receipt.id !== message.id || receipt.sha256 !== message.sha256) throw new Lost("not the receipt of this");
    await Phone.amend("records", record.key, (now) => {
      if (now.id !== message.id) return false;
      now.sent = Math.max(now.sent, message.number);
      if (now.number !== message.number) return true;
      Object.assign(now, { state: receipt.state, problems: receipt.problems, rivals: receipt.rivals, sentAt: new Date().toISOString() });
      if (receipt.number > now.number) { /* another phone or the talk is ahead: `adopt` brings what is entered, its version is not known here yet */
        now.number = receipt.number;
        now.sent = receipt.number;
      } else if (receipt.version) now.base = receipt.version;
      return true;
    });
  }

  async function sendPhoto(photo) {
    const announce = () => send("photos/", JSON.stringify(Phone.announcement(photo)));
    if (!photo.removed) await Phone.amend("photos", photo.id, (now) => { now.known = true; });
    let answer = await announce();
    if (answer.status === 409) {
      await Phone.write(["photos"], (store) => { store.delete(photo.id); store.put(Object.assign({}, photo, { id: Phone.uuid() })); }).then(Phone.changed);
      again = true;
      return;
    }
    let receipt = answer.ok ? await body(answer) : null, problems = answer.ok ? [] : await refused(answer);
    const bytes = receipt && receipt.missing.length ? new Uint8Array(await photo.blob.arrayBuffer()) : null;
    for (const number of receipt ? receipt.missing : []) {
      const gone = await Phone.get("photos", photo.id);
      if (!gone || gone.removed !== photo.removed) { again = true; return; }
      const piece = bytes.slice(number * photo.piece, (number + 1) * photo.piece);
      answer = await send(`photos/${photo.id}/pieces/${number}/`, piece, "application/octet-stream");
      if (!answer.ok) {
        problems = await refused(answer);
        if (answer.status === 400 || answer.status === 404) throw new Lost("a piece was damaged on the way");
        break;
      }
      receipt = await body(answer);
      const arrived = (photo.pieces.length - receipt.missing.length) / photo.pieces.length;
      await Phone.amend("photos", photo.id, (now) => { now.progress = arrived; });
    }
    if (problems.length) {
      await Phone.amend("photos", photo.id, (now) => {
        if (photo.removed) now.removed = false; /* it stays where it is, and says why */
        else now.state = "refused";
        now.problems = problems;
      });
      return;
    }
    if (receipt.id !== photo.id || receipt.sha256 !== photo.sha256) throw new Lost("not the receipt of this");
    if (photo.removed) {
      await Phone.remove("photos", photo.id);
      Phone.changed();
      return;
    }
    await Phone.amend("photos", photo.id, (now) => { Object.assign(now, { state: receipt.state, problems: receipt.problems, confirmedAt: new Date().toISOString() }); });
  }

  /* What the portal knows by now. A record that waits here is left alone; one that does not becomes what the portal has. */
  async function refresh(unit) {
    const answer = await ask(`units/${unit}/state/`);
    if (!answer.ok) return;
    const state = await body(answer);
    await Phone.amend("units", unit, (now) => { now.state = state; });
    await Phone.adopt(unit, state);
  }
  Phone.adopt = async function (unit, state) {
    for (const draft of state.drafts) {
      const held = await Phone.get("records", Phone.keyOf(unit, draft.item));
      if (!held || !held.number) await Phone.put("records", Object.assign(await Phone.record(unit, draft.item), draft, { code: draft.item, sent: draft.number, state: "incomplete" }));
    }
    for (const [code, mine] of Object.entries(state.mine)) {
      const held = await Phone.record(unit, code);
      if (held.sent < held.number || held.rival || held.state === "conflict" || held.state === "kept" || held.state === "quarantined") continue;
      if (held.base >= mine.version && held.state === "entered") continue;
      await Phone.put("records", Object.assign(held, { verdict: mine.verdict, points: mine.points, reason: mine.reason, base: mine.version, state: "entered", problems: [], sentAt: mine.at }));
    }
    Phone.changed();
  };

  /* One round after another until nothing is left that can be sent */
  async function round() {
    const said = await session();
    await Phone.setMeta("user", said.user);
    await Phone.setMeta("visits", said.visits);
    localStorage.setItem("phone-user", String(said.user.id));
    const { records, photos } = await Phone.queue(), touched = new Set();
    const texts = records.filter((record) => !record.rival && (record.sent < record.number || ["conflict", "kept"].includes(record.state) || (record.state === "incomplete" && record.problems.length)));
    const pictures = photos.filter((photo) => (photo.removed ? Date.now() - Date.parse(photo.removedAt) > 10000 : Phone.isWaiting(photo) && photo.state !== "refused"));
    Object.assign(status, { done: 0, total: texts.length + pictures.length });
    for (const record of texts) {
      await doing(record.key, () => sendRecord(record));
      touched.add(record.unit);
    }
    for (const photo of pictures) {
      if (photo.removed && !photo.known) await Phone.remove("photos", photo.id);
      else await doing(photo.id, () => sendPhoto(photo));
      touched.add(photo.unit);
    }
    const mine = new Set(said.visits.map((visit) => visit.id));
    for (const unit of await Phone.all("units")) {
      if (!mine.has(unit.id)) await Phone.forgetUnit(unit.id);
      else await refresh(unit.id);
    }
    await Phone.clearSent(86400000);
  }
  async function doing(what, work) {
    status.doing = what;
    tell();
    try {
      await work();
    } finally {
      status.doing = "";
    }
    status.done += 1;
    tell();
  }
  const tell = () => document.dispatchEvent(new CustomEvent("phone:status"));
  const alone = (work) => (navigator.locks ? navigator.locks.request("phone-sync", { ifAvailable: true }, (lock) => (lock ? work() : undefined)) : work());

  Phone.sync = async function () {
    if (running) { again = true; return; }
    running = true;
    clearTimeout(timer);
    status.phase = "running";
    tell();
    try {
      await alone(async () => {
        let rounds = 0;
        do {
          again = false;
          await round();
          rounds += 1;
        } while (again && rounds < 20);
      });
      Object.assign(status, { phase: "idle", failures: 0, nextAt: 0 });
    } catch (error) {
      if (error instanceof SignedOut) status.phase = "signin";
      else if (error instanceof NotMine) location.reload();
      else if (error instanceof Lost) {
        status.phase = "offline";
        if (status.done) status.failures = 0; /* it goes on, if slowly */
        const pause = PAUSES[Math.min(status.failures, PAUSES.length - 1)] * (0.8 + Math.random() * 0.4);
        Object.assign(status, { failures: status.failures + 1, nextAt: Date.now() + pause * 1000 });
        timer = setTimeout(Phone.sync, pause * 1000);
      } else {
        status.phase = "failed";
        running = false;
        await Phone.count();
        tell();
        throw error;
      }
    }
    running = false;
    await Phone.count();
    tell();
  };

  /* Download for use without a network: the unit, then each small picture, checked against its hash */
  Phone.download = async function (unit, progress) {
    const answer = await ask(`units/${unit}/`);
    if (!answer.ok) throw new Error((await refused(answer)).join(" "));
    const data = await body(answer), pictures = [];
    data.items.forEach((item) => item.evidence.filter((proof) => proof.picture).forEach((proof) => pictures.push(proof)));
    let done = 0, bytes = JSON.stringify(data).length;
    for (const proof of pictures) {
      const key = `${unit}/${proof.id}`, known = await Phone.get("files", key);
      if (!known || known.original !== proof.sha256) {
        const picture = await ask(proof.picture.slice(new URL(base, location.origin).pathname.length));
        if (picture.ok) {
          const blob = await picture.blob().catch(() => { throw new Lost("cut off"); });
          if (await Phone.sha256(new Uint8Array(await blob.arrayBuffer())) !== picture.headers.get("X-Content-SHA256")) throw new Lost("damaged on the way");
          await Phone.put("files", { key, original: proof.sha256, blob });
          bytes += blob.size;
        }
      } else bytes += known.blob.size;
      done += 1;
      progress(done, pictures.length);
    }
    await Phone.put("units", Object.assign(data, { bytes, takenAt: new Date().toISOString() }));
    await Phone.adopt(unit, data.state);
  };

  /* Who is signed in, asked once before anything is shown; null when there is no answer */
  Phone.start = async function (address) {
    base = address;
    if (!navigator.onLine) return null;
    try {
      return (await session()).user.id;
    } catch (error) {
      if (error instanceof SignedOut) status.phase = "signin";
      else status.phase = "offline";
      return null;
    }
  };
  Phone.watch = function () {
    let settling = 0;
    window.addEventListener("online", Phone.sync);
    window.addEventListener("offline", () => { status.phase = "offline"; tell(); });
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") Phone.sync(); });
    Phone.soon = () => { clearTimeout(settling); settling = setTimeout(Phone.sync, 1200); };
    Phone.sync();
  };
  Phone.soon = () => {};
})(window.Phone);
