"use strict";
/* The screens of the inspectors' app. Words and shapes come from the templates of the page; what is shown comes from the phone's
   own store, and what is shown as stored is stored. */
(function (Phone) {
  const byId = (id) => document.getElementById(id), words = (Phone.words = byId("phone-words").dataset);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? values[key] : whole));
  const pad = (number) => String(number).padStart(2, "0");
  const clock = (moment) => { const at = new Date(moment); return `${pad(at.getHours())}:${pad(at.getMinutes())}`; };
  const size = (bytes) => (bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : bytes < 1073741824 ? `${(bytes / 1048576).toFixed(1)} MB` : `${(bytes / 1073741824).toFixed(1)} GB`);
  const verdictWord = (verdict) => (verdict ? words[`verdict${verdict[0].toUpperCase()}${verdict.slice(1)}`] : "–");
  const said = (record, maximum) => fill(words.said, { verdict: verdictWord(record.verdict), points: record.points === "" ? "–" : record.points, maximum });
  let user = null, route = [], shown = null, pictures = new Map();

  /* A template with its slots filled: text, a list of nodes, or a function that is handed the element */
  function make(name, slots) {
    const piece = byId(name).content.cloneNode(true), root = piece.children.length === 1 ? piece.firstElementChild : piece;
    const find = (key) => piece.querySelector(`[data-slot="${key}"]`);
    Object.entries(slots || {}).forEach(([key, value]) => {
      const place = find(key);
      if (!place) return;
      if (typeof value === "function") value(place);
      else if (value instanceof Node || Array.isArray(value)) place.replaceChildren(...[].concat(value));
      else place.textContent = value === undefined || value === null ? "" : value;
    });
    return root;
  }
  const on = (root, what, work) => root.querySelectorAll(`[data-do="${what}"]`).forEach((button) => button.addEventListener("click", () => work(button)));
  const when = (root, name, is) => root.querySelectorAll(`[data-when="${name}"]`).forEach((part) => { part.hidden = !is; });
  function icon(name) {
    const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg"), use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    drawn.setAttribute("class", "icon");
    drawn.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `${words.icons}#${name}`);
    drawn.append(use);
    return drawn;
  }
  function tag(text, tone, name) {
    const badge = document.createElement("span");
    badge.className = `tag tag-${tone}`;
    if (name) badge.append(icon(name));
    badge.append(text);
    return badge;
  }
  function picture(blob, key) {
    if (!pictures.has(key)) pictures.set(key, URL.createObjectURL(blob));
    return pictures.get(key);
  }
  function note(name) {
    const places = byId("notes");
    if (places.querySelector(`[data-note="${name}"]`)) return;
    const piece = make(`n-${name}`);
    piece.dataset.note = name;
    if (!navigator.clipboard) piece.querySelectorAll('[data-do="copy"]').forEach((button) => button.remove()); /* without https */
    on(piece, "copy", (button) => navigator.clipboard.writeText(location.href).then(() => { button.querySelector("span").textContent = words.copied; }));
    places.append(piece);
  }
  const unnote = (name) => byId("notes").querySelectorAll(`[data-note="${name}"]`).forEach((piece) => piece.remove());
  async function stored(work) {
    try {
      const done = await work();
      unnote("full");
      unnote("failed");
      return done;
    } catch (error) {
      note(error && error.name === "QuotaExceededError" ? "full" : "failed");
      return null;
    }
  }

  /* What a record still lacks; the portal asks the same again */
  function lacking(record, item, unit, photos) {
    const found = [], points = record.points === "" ? null : Number(record.points), maximum = Number(item.maximum), step = Number(unit.step);
    if (!record.verdict) found.push(words.choose);
    if (points === null || Number.isNaN(points)) found.push(words.needPoints);
    else if (points < 0 || points > maximum) found.push(fill(words.range, { maximum: item.maximum }));
    else {
      if (points !== maximum && Math.abs(points / step - Math.round(points / step)) > 1e-6) found.push(fill(words.step, { step: unit.step }));
      if (points < maximum && !record.reason.trim()) found.push(words.needReason);
      if (record.verdict === "not_met" && points === maximum) found.push(words.notFull);
      if (record.verdict === "partly" && points === maximum && !record.reason.trim() && !photos) found.push(words.needWord);
    }
    return found;
  }
  const isBlank = (record) => !record.verdict && record.points === "" && !record.reason.trim();
  function stateOf(thing) {
    if (Phone.status.doing && Phone.status.doing === (thing.pieces ? thing.id : thing.key)) return ["sending", "blue", "sync"];
    if (Phone.needsPerson(thing)) return thing.state === "incomplete" ? ["draft", "amber", "edit"] : ["person", "red", "warn"];
    if (Phone.isWaiting(thing)) return ["waiting", "amber", "clock"];
    if (["quarantined", "set_aside"].includes(thing.state)) return ["office", "violet", "inbox"];
    return thing.state === "kept" ? ["kept", "amber", "users"] : ["sent", "green", "check"];
  }
  const stateWord = ([name]) => words[`state${name[0].toUpperCase()}${name.slice(1)}`];
  const stateTag = (thing) => { const look = stateOf(thing); return tag(stateWord(look), look[1], look[2]); };

  /* The frame around every screen */
  function frame({ heading, subtitle, back, dock, segments }) {
    byId("heading").textContent = heading;
    byId("subtitle").textContent = subtitle || "";
    document.title = `${heading} · ${subtitle || words.tasks}`;
    byId("back").hidden = !back;
    if (back) byId("back").href = back;
    byId("dock").hidden = !dock;
    byId("dock").replaceChildren(...(dock ? [dock] : []));
    byId("tabs").hidden = Boolean(back);
    byId("tabs").querySelectorAll("a").forEach((link) => {
      if (link.getAttribute("href") === (location.hash.split("?")[0] || "#/")) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    });
    byId("segments").hidden = !segments;
  }
  function drawSegments(items, states, number) {
    const place = byId("segments");
    place.replaceChildren(...items.map((item, at) => {
      const part = document.createElement("span");
      part.className = `segment segment-${at === number ? "now" : states[at]}${at && items[at - 1].category !== item.category ? " segment-gap" : ""}`;
      return part;
    }));
    const done = states.filter((state) => state === "done" || state === "bad").length;
    place.setAttribute("aria-label", fill(number === undefined ? words.segments : words.segmentsAt, { total: items.length, done, n: number + 1 }));
  }
  async function itemStates(unit) {
    const records = await Promise.all(unit.items.map((item) => Phone.record(unit.id, item.code))), photos = await Phone.photosOf(unit.id);
    const count = (code) => photos.filter((photo) => photo.code === code && !photo.removed).length + (unit.state.photos[code] || []).length;
    return unit.items.map((item, at) => {
      const record = records[at], problems = lacking(record, item, unit, count(item.code));
      return { item, record, photos: count(item.code), problems, state: isBlank(record) ? "todo" : problems.length ? "draft" : record.verdict === "met" ? "done" : "bad" };
    });
  }

  /* Screens: each draws itself and returns what to do when something is stored or sent */
  const screens = {};

  screens.tasks = async function () {
    frame({ heading: words.tasks, subtitle: user.name });
    const visits = (await Phone.meta("visits")) || [], cards = [];
    const today = new Date(Date.now() + Phone.status.offset).toLocaleDateString("sv");
    for (const visit of visits) {
      const unit = await Phone.get("units", visit.id), states = unit ? await itemStates(unit) : [], begun = states.filter((one) => one.state !== "todo");
      const about = [visit.on, visit.group, visit.county, visit.track].filter(Boolean).join(" · "), first = states.find((one) => one.state === "todo" || one.state === "draft");
      const card = make("t-unit-card", {
        unit: visit.unit, about, contact: visit.contact || "–", progress: unit ? fill(words.progress, { done: states.filter((one) => ["done", "bad"].includes(one.state)).length, total: states.length }) : words.wifi,
        phone: (link) => { link.textContent = visit.phone; link.href = `tel:${visit.phone}`; link.hidden = !visit.phone; },
        open: (link) => { link.textContent = !begun.length ? words.start : first ? words.continue : words.look; link.href = first ? `#/u/${visit.id}/${first.item.code}` : `#/u/${visit.id}`; },
        download: unit ? words.update : words.download, state: downloads[visit.id] || (unit ? fill(words.downloaded, { size: size(unit.bytes) }) : ""),
        early: fill(words.early, { day: visit.on }),
      });
      card.querySelector('[data-slot="state"]').dataset.unit = visit.id;
      when(card, "taken", Boolean(unit));
      when(card, "missing", !unit);
      when(card, "contact", Boolean(visit.contact || visit.phone));
      when(card, "early", visit.on > today);
      on(card, "download", (button) => download(visit.id, button));
      cards.push(card);
    }
    byId("screen").replaceChildren(...(cards.length ? cards : [make("t-none")]));
    return draw;
  };
  const downloads = {};
  async function download(unit, button) {
    const tell = (text) => {
      downloads[unit] = text;
      document.querySelectorAll(`[data-slot="state"][data-unit="${unit}"]`).forEach((place) => { place.textContent = text; });
    };
    button.disabled = true;
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
    tell(fill(words.downloading, { done: 0, total: "…" }));
    const done = await stored(() => Phone.download(unit, (number, total) => tell(fill(words.downloading, { done: number, total }))).then(() => true, (error) => {
      if (error.name === "QuotaExceededError") throw error;
      return false;
    }));
    if (done) delete downloads[unit];
    else tell(words.downloadFailed);
    await show();
  }

  screens.list = async function (unit) {
    const states = await itemStates(unit), photos = (await Phone.photosOf(unit.id)).filter((photo) => !photo.removed);
    frame({ heading: unit.unit, subtitle: [unit.group, unit.on].join(" · "), back: "#/", segments: true });
    drawSegments(unit.items, states.map((one) => one.state));
    const done = states.filter((one) => ["done", "bad"].includes(one.state));
    const rows = states.map(({ item, record, state }, at) => make("t-list-item", {
      number: (place) => { place.classList.toggle("is-green", state === "done"); place.classList.toggle("is-amber", state === "bad" || state === "draft"); place.textContent = at + 1; },
      title: (link) => { link.textContent = item.title; link.href = `#/u/${unit.id}/${item.code}`; },
      said: state === "todo" ? words.todo : said(record, item.maximum),
      tag: (place) => { if (state === "draft") place.append(tag(words.stateDraft, "amber", "edit")); else if (state !== "todo") place.append(stateTag(record)); },
    }));
    const points = done.reduce((sum, one) => sum + Number(one.record.points), 0);
    byId("screen").replaceChildren(make("t-list", { done: `${done.length} / ${states.length}`, points: String(Math.round(points * 100) / 100), photos: photos.length, items: rows }));
    return draw;
  };

  screens.item = async function (unit, code) {
    const at = unit.items.findIndex((item) => item.code === code), item = unit.items[at], step = Number(unit.step), maximum = Number(item.maximum);
    let record = await Phone.record(unit.id, code), seen = record.number, saving = null, dirty = false;
    const dock = make("t-item-dock", {
      previous: (link) => turn(link, unit, unit.items[at - 1]),
      next: (link) => { link.textContent = at + 1 < unit.items.length ? words.next : words.finish; link.href = at + 1 < unit.items.length ? `#/u/${unit.id}/${unit.items[at + 1].code}` : `#/u/${unit.id}`; },
    });
    frame({ heading: unit.unit, subtitle: [unit.county, unit.track].filter(Boolean).join(" · "), back: `#/u/${unit.id}`, dock, segments: true });
    const checkpoints = item.checkpoints.map(([text, ...details]) => {
      const line = document.createElement("li");
      line.textContent = [text, ...details].join(" ");
      return line;
    });
    const screen = make("t-item", {
      place: fill(words.place, { category: item.category, n: at + 1, total: unit.items.length }), title: item.title, text: item.text, checkpoints,
      claim: fill(words.claim, { verdict: item.claim.verdict || "–", points: item.claim.points || "–", maximum: item.maximum }), narrative: item.claim.text,
      evidence: await Promise.all(item.evidence.map((proof) => proofCard(unit, proof))), maximum: `/ ${item.maximum}`,
      phrases: unit.phrases.map((phrase) => {
        const chip = document.createElement("button");
        chip.type = "button";
        chip.className = "chip";
        chip.textContent = phrase;
        chip.addEventListener("click", () => { reason.value += (reason.value && !/[，。；\s]$/.test(reason.value) ? "；" : "") + phrase; save(); });
        return chip;
      }),
    });
    if (!item.evidence.length) screen.querySelector('[data-slot="evidence"]').textContent = words.noEvidence;
    byId("screen").replaceChildren(screen);
    const verdicts = Array.from(byId("screen").querySelectorAll('input[name="verdict"]')), points = byId("points"), reason = byId("reason");

    function put() {
      verdicts.forEach((box) => { box.checked = box.value === record.verdict; });
      if (points !== document.activeElement || points.value !== record.points) points.value = record.points;
      if (reason.value !== record.reason) reason.value = record.reason;
    }
    function read() {
      const chosen = verdicts.find((box) => box.checked), number = points.value.trim().replace(/[^\d.]/g, "");
      return { verdict: chosen ? chosen.value : "", points: /^\d{1,4}(\.\d{0,2})?$/.test(number) ? number.replace(/\.$/, "") : "", reason: reason.value };
    }
    /* One write at a time; what came in between is written right after */
    function save() {
      dirty = true;
      if (saving) return saving;
      byId("saved").textContent = words.saving;
      saving = (async () => {
        while (dirty) {
          dirty = false;
          const kept = await stored(() => Phone.saveRecord(unit.id, code, read(), seen));
          if (!kept) break;
          record = kept;
          if (!kept.rival) seen = kept.number;
        }
        saving = null;
        await after();
        Phone.soon();
      })();
      return saving;
    }
    verdicts.forEach((box) => box.addEventListener("change", () => {
      if (box.value === "met" && points.value === "") points.value = item.maximum;
      save();
    }));
    points.addEventListener("input", save);
    reason.addEventListener("input", save);
    const move = (by) => {
      const from = points.value === "" ? (by > 0 ? -step : maximum) : Number(points.value);
      points.value = String(Math.round(Math.min(maximum, Math.max(0, from + by)) * 100) / 100);
      save();
    };
    on(byId("screen"), "less", () => move(-step));
    on(byId("screen"), "more", () => move(step));
    [byId("camera"), byId("album")].forEach((input) => input.addEventListener("change", async () => {
      const files = Array.from(input.files), options = (await Phone.meta("options")) || {};
      byId("saved").textContent = words.saving;
      for (const file of files) {
        try {
          await Phone.keepPhoto(unit, code, file, options);
          unnote("photo");
        } catch (error) {
          note(error.name === "QuotaExceededError" ? "full" : "photo");
        }
      }
      input.value = "";
      Phone.soon();
    }));

    const tiles = new Map();
    async function drawPhotos() {
      const photos = await Phone.photosOf(unit.id, code), place = byId("screen").querySelector('[data-slot="photos"]');
      if (!place) return 0;
      const current = photos.filter((photo) => !photo.removed || Date.now() - Date.parse(photo.removedAt) < 10000);
      current.forEach((photo) => {
        if (!tiles.has(photo.id)) {
          tiles.set(photo.id, make("t-photo", {
            image: (image) => { if (photo.thumb || photo.blob) image.src = picture(photo.thumb || photo.blob, photo.id); image.alt = fill(words.photoOf, { code, time: clock(photo.takenAt) }); },
            time: clock(photo.takenAt),
          }));
          on(tiles.get(photo.id), "remove", () => {
            Phone.amend("photos", photo.id, (now) => { now.removed = !now.removed; now.removedAt = new Date().toISOString(); });
            setTimeout(Phone.changed, 10500);
            Phone.soon();
          });
          place.append(tiles.get(photo.id));
        }
        const tile = tiles.get(photo.id), badge = tile.querySelector('[data-slot="tag"]'), look = stateOf(photo);
        badge.textContent = photo.removed ? words.removed : stateWord(look);
        badge.className = `tag photo-tag tag-${photo.removed ? "blue" : look[1]}`;
        tile.querySelector('[data-slot="button"]').textContent = photo.removed ? words.undo : words.remove;
      });
      tiles.forEach((tile, id) => { if (!current.some((photo) => photo.id === id)) { tile.remove(); tiles.delete(id); } });
      const here = new Set(photos.map((photo) => photo.id)), elsewhere = (unit.state.photos[code] || []).filter((id) => !here.has(id)).length;
      byId("screen").querySelector('[data-slot="elsewhere"]').textContent = elsewhere ? fill(words.elsewhere, { n: elsewhere }) : "";
      return photos.filter((photo) => !photo.removed).length + elsewhere;
    }
    async function after() {
      if (!byId("saved") || shown !== `item/${unit.id}/${code}`) return;
      const count = await drawPhotos(), problems = isBlank(record) ? [] : lacking(record, item, unit, count);
      byId("screen").querySelector('[data-slot="problems"]').textContent = record.problems.length && record.sent === record.number && record.state !== "entered" ? record.problems.join(" ") : problems.join(" ");
      if (!saving) {
        const sent = record.sentAt && record.sent === record.number;
        byId("saved").replaceChildren(icon(sent || record.number ? "check" : "info"), sent ? fill(words.sentAt, { time: clock(record.sentAt) }) : record.number ? fill(words.saved, { time: clock(record.deviceAt) }) : words.untouched);
      }
      const states = await itemStates(unit);
      if (shown === `item/${unit.id}/${code}`) drawSegments(unit.items, states.map((one) => one.state), at);
      const link = byId("screen").querySelector('[data-slot="others"]'), others = unit.state.others[code] || [], apart = others.some((other) => other.verdict !== record.verdict || Number(other.points) !== Number(record.points));
      link.hidden = !(record.rival || (record.rivals && record.state === "conflict") || others.length);
      link.href = `#/u/${unit.id}/${code}/compare`;
      link.querySelector("span").textContent = record.rival || record.state === "conflict" ? words.whyOther : apart ? words.othersDiffer : words.othersSame;
    }
    put();
    await after();
    return async () => {
      const now = await Phone.record(unit.id, code);
      unit = (await Phone.get("units", unit.id)) || unit;
      if (!saving && !dirty && now.number >= seen) {
        const fresh = !Phone.same(now, record);
        record = now;
        seen = now.rival ? seen : now.number;
        if (fresh && !now.rival) put();
      }
      await after();
    };
  };
  function turn(link, unit, item) {
    if (item) link.href = `#/u/${unit.id}/${item.code}`;
    else link.setAttribute("aria-disabled", "true");
  }
  async function proofCard(unit, proof) {
    const file = await Phone.get("files", `${unit.id}/${proof.id}`);
    const card = make("t-evidence", {
      title: proof.title, kind: proof.url ? words.link : file ? proof.kind : fill(words.noPicture, { kind: proof.kind }),
      image: (image) => { if (file) { image.src = picture(file.blob, `${unit.id}/${proof.id}`); image.alt = proof.title; } else image.remove(); },
    });
    const look = card.querySelector('[data-do="look"]');
    if (file) look.addEventListener("click", () => { const large = card.classList.toggle("is-large"); look.setAttribute("aria-expanded", String(large)); });
    else look.replaceWith(Object.assign(document.createElement("span"), { className: "evidence-image" }));
    if (!file) card.querySelector(".evidence-image").append(icon(proof.url ? "link" : "file"));
    return card;
  }

  /* Two contents of one item: who, when, what; one is chosen, or both stay for the talk */
  screens.compare = async function (unit, code) {
    const item = unit.items.find((one) => one.code === code), record = await Phone.record(unit.id, code), partners = unit.state.others[code] || [];
    const own = record.rival ? [Object.assign({ who: words.otherTab }, record.rival)] : record.state === "conflict" ? record.rivals.filter((copy) => !Phone.same(copy, record)) : [];
    const copies = [Object.assign({}, record, { who: own.length ? words.mine : user.name, at: record.deviceAt || record.sentAt, here: true }), ...own, ...(own.length ? [] : partners)];
    frame({ heading: words.compare, subtitle: unit.unit, back: `#/u/${unit.id}/${code}` });
    const version = own.reduce((most, copy) => Math.max(most, copy.version || 0), record.base);
    const choose = async (copy, keep) => {
      await stored(async () => {
        if (Phone.same(copy, record) && (record.rival || keep || record.state === "conflict")) await Phone.amend("records", record.key, (now) => { now.number += 1; now.sent = Math.min(now.sent, now.number - 1); now.keep = keep; now.base = version; now.deviceAt = new Date().toISOString(); delete now.rival; delete now.rivals; now.state = ""; now.problems = []; });
        else await Phone.saveRecord(unit.id, code, { verdict: copy.verdict, points: copy.points, reason: copy.reason, base: version, keep });
      });
      Phone.soon();
      location.hash = `#/u/${unit.id}/${code}`;
    };
    const cards = copies.map((copy) => {
      const card = make("t-copy", { who: copy.who, at: copy.at ? clock(copy.at) : "", said: said(copy, item.maximum), reason: copy.reason });
      on(card, "choose", () => choose(copy, false));
      return card;
    });
    const screen = make("t-compare", {
      title: item.title, why: own.length ? words.whyOther : words.whyPartner, copies: cards,
      talk: (link) => { link.href = `${link.dataset.address.replace("/0/", `/${unit.id}/`)}#item-${code}`; },
    });
    byId("screen").replaceChildren(screen);
    on(byId("screen"), "keep", () => (own.length && !record.rival ? choose(record, true) : record.rival ? choose(joined(record), false) : history.back()));
    return () => {};
  };
  /* Two tabs of one phone share one record: both texts stay in it, and the group talks about them */
  const joined = (record) => Object.assign({}, record, { reason: [record.reason, fill("{said}　{reason}", { said: `${verdictWord(record.rival.verdict)} ${record.rival.points}`, reason: record.rival.reason })].filter(Boolean).join("\n") });

  screens.sync = async function (query) {
    frame({ heading: words.sync, dock: make("t-sync-dock") });
    on(byId("dock"), "sync", () => Phone.sync());
    if (query === "waiting") note("waiting");
    const screen = make("t-sync");
    byId("screen").replaceChildren(screen);
    on(byId("screen"), "export", async () => {
      const blob = await Phone.exportPackage(user), link = document.createElement("a"), { records, photos } = await Phone.queue();
      link.href = picture(blob, Phone.uuid());
      link.download = `${user.username}-${new Date().toISOString().slice(0, 16).replace(/[-:T]/g, "")}.zip`;
      link.click();
      byId("screen").querySelector('[data-slot="exported"]').textContent = fill(words.exported, { n: records.length, photos: photos.filter((photo) => photo.blob && !photo.removed).length });
    });
    const slot = (name) => byId("screen").querySelector(`[data-slot="${name}"]`);
    let drawn = "";
    async function list() {
      if (!slot("queue")) return;
      const { records, photos } = await Phone.queue(), units = await Phone.all("units"), waiting = records.concat(photos).filter(Phone.isWaiting).length, status = Phone.status;
      byId("subtitle").textContent = fill(words.kept, { units: units.length, records: records.length, photos: photos.filter((photo) => !photo.removed).length });
      slot("heading").textContent = status.phase === "running" && status.total ? fill(words.sending, { done: Math.min(status.done + 1, status.total), total: status.total }) : waiting ? fill(words.nWaiting, { n: waiting }) : words.allSent;
      slot("bar").hidden = status.phase !== "running" || !status.total;
      slot("bar").value = status.total ? status.done / status.total : 0;
      slot("state").textContent = status.phase === "offline" && status.nextAt > Date.now() ? fill(words.again, { n: Math.ceil((status.nextAt - Date.now()) / 1000) }) : words.syncHow;
      const title = (thing) => {
        const unit = units.find((one) => one.id === thing.unit), item = unit && unit.items.find((one) => one.code === thing.code);
        return `${unit ? unit.unit : ""} ${item ? item.title : thing.code}`.trim();
      };
      const rows = records.concat(photos.filter((photo) => !photo.removed || photo.known)).map((thing) => [thing, stateOf(thing)]);
      const order = ["person", "sending", "draft", "waiting", "kept", "office", "sent"];
      rows.sort(([one, [first]], [other, [second]]) => order.indexOf(first) - order.indexOf(second) || (one.pieces ? 1 : 0) - (other.pieces ? 1 : 0) || (title(one) < title(other) ? -1 : 1));
      const signature = JSON.stringify(rows.map(([thing, look]) => [title(thing), look, thing.problems, thing.progress]));
      if (signature === drawn) return;
      drawn = signature;
      slot("queue").replaceChildren(...rows.map(([thing, look]) => make("t-queue", {
        icon: (place) => { place.append(icon(look[0] === "person" ? "warn" : thing.pieces ? "image" : look[0] === "sent" ? "check" : "edit")); place.classList.add(`is-${look[1]}`); },
        title: title(thing),
        state: thing.problems && thing.problems.length ? thing.problems.join(" ") : thing.pieces ? `${words.photo} · ${thing.before > thing.size ? fill(words.shrunk, { size: size(thing.size), before: size(thing.before) }) : size(thing.size)}` : words.texts,
        end: (place) => {
          if (!thing.pieces && (thing.rival || thing.state === "conflict")) {
            const link = document.createElement("a");
            link.className = "btn";
            link.href = `#/u/${thing.unit}/${thing.code}/compare`;
            link.textContent = words.compare;
            place.append(link);
          } else if (look[0] === "sending" && thing.progress) place.append(`${Math.round(thing.progress * 100)}%`);
          else place.append(stateTag(thing));
        },
      })));
      slot("nothing").hidden = rows.length > 0;
    }
    await list();
    return list;
  };

  screens.me = async function () {
    frame({ heading: words.me, subtitle: user.name });
    const options = (await Phone.meta("options")) || {}, estimate = navigator.storage && navigator.storage.estimate ? await navigator.storage.estimate() : null;
    byId("screen").replaceChildren(make("t-me", { name: user.name, room: estimate ? fill(words.room, { free: size(estimate.quota - estimate.usage), used: size(estimate.usage) }) : "" }));
    [["stamp-time", "stampTime"], ["stamp-place", "stampPlace"]].forEach(([id, name]) => {
      byId(id).checked = Boolean(options[name]);
      byId(id).addEventListener("change", () => stored(() => Phone.setMeta("options", Object.assign(options, { [name]: byId(id).checked }))));
    });
    on(byId("screen"), "clear", async () => { byId("screen").querySelector('[data-slot="cleared"]').textContent = fill(words.cleared, { n: await Phone.clearSent(0) }); });
    on(byId("screen"), "install", () => installing.prompt());
    byId("screen").querySelector('[data-do="install"]').hidden = !installing;
    return () => {};
  };
  let installing = null;
  window.addEventListener("beforeinstallprompt", (event) => { event.preventDefault(); installing = event; if (route[0] === "me") show(); });

  /* Which screen, and drawing it anew when something changed */
  let redraw = () => {}, drawing = Promise.resolve(), asked = 0;
  function show() {
    drawing = drawing.then(draw, draw);
    return drawing;
  }
  async function draw() {
    const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
    route = path.split("/");
    redraw = () => {};
    const former = pictures;
    pictures = new Map();
    shown = null;
    if (!user) {
      frame({ heading: words.tasks });
      byId("screen").replaceChildren(make("t-signin"));
      return;
    }
    const unit = route[0] === "u" ? await Phone.get("units", Number(route[1])) : null, item = unit && unit.items.find((one) => one.code === route[2]);
    if (item) shown = `${route[3] || "item"}/${unit.id}/${item.code}`;
    const made = item ? (route[3] === "compare" ? screens.compare : screens.item)(unit, item.code) : unit ? screens.list(unit) : route[0] === "sync" ? screens.sync(query) : route[0] === "me" ? screens.me() : screens.tasks();
    redraw = (await made) || (() => {});
    former.forEach((url) => URL.revokeObjectURL(url));
    if (unit || !route[0]) await Phone.setMeta("route", location.hash);
  }
  async function pill() {
    const waiting = await Phone.count(), phase = Phone.status.phase, away = phase === "offline" || !navigator.onLine;
    byId("pill").classList.toggle("is-off", away || phase === "signin" || waiting > 0);
    byId("pill").querySelector('[data-look="on"]').hidden = away;
    byId("pill").querySelector('[data-look="off"]').hidden = !away;
    byId("pill-words").textContent = away ? (waiting ? fill(words.offlineWaiting, { n: waiting }) : words.offline) : phase === "signin" ? words.signIn : waiting ? fill(words.waiting, { n: waiting }) : words.online;
    if (phase === "signin") note("signin");
    else unnote("signin");
    const apart = Math.round(Math.abs(Phone.status.offset) / 60000);
    if (apart > 5) {
      note("clock");
      const text = byId("notes").querySelector('[data-note="clock"] p');
      text.textContent = fill(text.textContent, { n: apart });
    }
  }
  async function refresh() {
    asked += 1;
    const mine = asked;
    await new Promise((resolve) => { setTimeout(resolve, 30); });
    if (mine !== asked || !user) return;
    await pill();
    drawing = drawing.then(() => redraw(), () => redraw());
  }

  async function begin() {
    if (/MicroMessenger/i.test(navigator.userAgent)) note("wechat");
    if (!window.isSecureContext) note("plain");
    else if (navigator.serviceWorker) navigator.serviceWorker.register(words.worker, { scope: words.address }).catch(() => note("plain"));
    const known = Number(localStorage.getItem("phone-user")) || null;
    /* Who is there is asked first, so that nobody sees what another person left; without an answer soon, it is whoever was here last */
    const patience = new Promise((resolve) => { setTimeout(() => resolve(null), 4000); });
    const id = (await Promise.race([Phone.start(words.address), patience])) || known;
    if (!id) {
      await show();
      return;
    }
    await Phone.open(id);
    user = Phone.status.user || (await Phone.meta("user")) || { id, username: String(id), name: "" };
    const last = await Phone.meta("route");
    if (!location.hash && last) location.replace(last);
    byId("rehearsal").hidden = !user.rehearsal;
    window.addEventListener("hashchange", () => show().then(() => { window.scrollTo(0, 0); byId("heading").focus({ preventScroll: true }); }));
    document.addEventListener("phone:change", refresh);
    document.addEventListener("phone:status", refresh);
    await show();
    await pill();
    Phone.watch();
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });
  begin();
})(window.Phone);
