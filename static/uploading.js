/* Evidence on its way: many files at once, each in pieces that are kept whatever happens to the page, the network or the session.

   The server knows what has arrived; the file itself waits in the browser's own store (IndexedDB) until it is evidence, so a
   page that comes back goes on by itself. Where that store is full or closed, the same file has to be chosen again.
   SHA-256 comes from the browser, which offers it to secure pages only. Elsewhere the claim is left out, and the server's own
   hash in its answer is the proof of what it has. */
(function () {
  "use strict";
  let widget = document.querySelector("[data-upload]");
  if (!widget) return;
  const words = widget.dataset, list = widget.querySelector("[data-lines]"), pattern = widget.querySelector("template[data-line]");
  const AT_ONCE = 3, QUICK = 2000, SILENCE = 60000, DAY = 86400000, PATIENCE = [1, 2, 4, 8, 15, 30];
  const jobs = new Map();
  let token = JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "", signedOut = false;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? values[key] : whole));
  const megabytes = (size) => (size < 1048576 ? `${Math.max(1, Math.ceil(size / 1024))} KB` : `${(size / 1048576).toFixed(1)} MB`);
  const hexadecimal = (buffer) => Array.from(new Uint8Array(buffer)).map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const sha256 = (buffer) => (window.crypto && crypto.subtle ? crypto.subtle.digest("SHA-256", buffer).then(hexadecimal) : Promise.resolve(""));
  const key = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = bytes[6] % 16 + 64;
    bytes[8] = bytes[8] % 64 + 128;
    return hexadecimal(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  /* The browser's own store. Whatever goes wrong with it, the upload goes on; only a reload asks for the file again. */
  const store = new Promise((resolve) => {
    try {
      const opening = indexedDB.open("portal-uploads", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("files", { keyPath: "id" });
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => resolve(null);
    } catch (error) { resolve(null); }
  });
  function inStore(mode, ask) {
    return store.then((database) => new Promise((resolve) => {
      if (!database) { resolve(null); return; }
      try {
        const step = database.transaction("files", mode), asked = ask(step.objectStore("files"));
        step.oncomplete = () => resolve(asked.result === undefined ? true : asked.result);
        step.onerror = step.onabort = () => resolve(null);
      } catch (error) { resolve(null); }
    }));
  }
  const keep = (job) => inStore("readwrite", (files) => files.put({
    id: job.id, user: words.user, application: words.application, item: job.item, start: job.start, checkpoint: job.checkpoint,
    name: job.name, size: job.size, sha: job.sha, file: job.file, at: Date.now(),
  })).then((done) => { job.isKept = Boolean(done); });
  const forget = (job) => inStore("readwrite", (files) => files.delete(job.id));

  /* Asking the server. Refused answers carry a sentence; a redirect means that the session is over. */
  class Trouble extends Error {
    constructor(kind, status, data) {
      super(kind);
      Object.assign(this, { kind, status, data: data || {} });
    }
  }
  function ask(method, url, body, options) {
    const { job, headers, onprogress } = options || {};
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      let silence;
      const heard = () => {
        clearTimeout(silence);
        silence = setTimeout(() => request.abort(), SILENCE);
      };
      const over = () => {
        clearTimeout(silence);
        if (job) job.requests.delete(request);
      };
      request.open(method, url);
      request.setRequestHeader("Accept", "application/json");
      if (method === "POST") request.setRequestHeader("X-CSRFToken", token);
      Object.keys(headers || {}).forEach((name) => request.setRequestHeader(name, headers[name]));
      request.upload.onprogress = (event) => {
        heard();
        if (onprogress) onprogress(event.loaded);
      };
      request.onload = () => {
        over();
        let data = {};
        try { data = JSON.parse(request.responseText || "{}"); } catch (error) { /* a page, not an answer */ }
        const status = request.status, elsewhere = request.responseURL && new URL(request.responseURL).pathname !== new URL(url, location.href).pathname;
        if (elsewhere || status === 401) reject(new Trouble("signed-out", status));
        else if (status >= 200 && status < 300) resolve(data);
        else if (status >= 500 && status !== 507) reject(new Trouble("server", status));
        else reject(new Trouble("refused", status, data));
      };
      request.onerror = request.onabort = () => { over(); reject(new Trouble("network", 0)); };
      if (job) job.requests.add(request);
      heard();
      request.send(body);
    });
  }

  /* Three pieces at once where the line is quick; on a slow one a single piece, so that little is lost when it breaks. */
  let open = 0, width = 1;
  const queue = [];
  const next = () => { while (open < width && queue.length) { open += 1; queue.shift()(); } };
  const turn = () => new Promise((go) => { queue.push(go); next(); });
  function turnOver(took) {
    open -= 1;
    if (took) width = took < QUICK ? AT_ONCE : 1;
    next();
  }

  /* One line a file */
  const part = (job, name) => job.line.querySelector(`[data-part="${name}"]`);
  const arrived = (job) => {
    let bytes = 0;
    job.have.forEach((number) => { bytes += Math.min(job.pieceSize, job.size - number * job.pieceSize); });
    job.sending.forEach((loaded) => { bytes += loaded; });
    return Math.min(bytes, job.size);
  };
  const percent = (job) => Math.min(99, Math.floor(100 * arrived(job) / Math.max(1, job.size)));
  function draw(job) {
    job.line = pattern.content.firstElementChild.cloneNode(true);
    const extension = job.name.includes(".") ? job.name.split(".").pop().toLowerCase() : "";
    part(job, "kind").textContent = extension.slice(0, 5);
    if (/^[a-z0-9]+$/.test(extension)) part(job, "kind").classList.add(`file-kind-${extension}`);
    part(job, "name").textContent = job.name;
    part(job, "meta").textContent = megabytes(job.size) + (job.item === words.item ? "" : ` · ${fill(words.for, { item: job.item })}`);
    part(job, "remove").setAttribute("aria-label", fill(words.remove, { name: job.name }));
    part(job, "bar").setAttribute("aria-label", fill(words.progress, { name: job.name }));
    part(job, "go").onclick = () => job.again();
    part(job, "remove").onclick = () => remove(job);
    list.append(job.line);
    list.hidden = false;
  }
  function say(place, text) { widget.querySelector(`[data-${place}]`).textContent = text; }
  /* `button`: the words of the way on, and what it does. Trouble is said aloud; each percent is not. */
  function show(job, state, text, button, act) {
    const isBad = state === "lost" || state === "refused", isNews = job.state !== state;
    job.state = state;
    part(job, "text").textContent = text;
    part(job, "text").classList.toggle("problem", isBad);
    job.line.classList.toggle("is-bad", isBad);
    job.line.classList.toggle("is-done", state === "done");
    part(job, "bar").hidden = state !== "sending" && state !== "checking";
    part(job, "bar").value = state === "checking" ? 100 : percent(job);
    part(job, "go").hidden = !button;
    part(job, "go").textContent = button || "";
    part(job, "remove").hidden = state === "done" || state === "checking";
    job.again = act || (() => {});
    if (isBad && isNews) say("alarm", `${job.name}：${text}`);
    if (state === "done") say("said", `${job.name}：${text}`);
  }
  function showSending(job) {
    if (job.state === "checking") return;
    const left = job.size - arrived(job), sent = arrived(job) - job.arrivedBefore, seconds = left * (Date.now() - job.since) / 1000 / Math.max(1, sent);
    const n = percent(job), s = Math.max(1, Math.round(seconds)), m = Math.round(seconds / 60);
    if (!sent || Date.now() - job.since < 500) show(job, "sending", fill(words.sending, { n }));
    else if (s < 90) show(job, "sending", fill(words.seconds, { n, s }));
    else show(job, "sending", fill(words.minutes, { n, m }));
  }
  const refuse = (job, text) => {
    show(job, "refused", text);
    forget(job);
  };

  /* Choosing: the line is there at once, what can be said beforehand is said at once */
  function problemOf(file) {
    const input = widget.querySelector('input[type="file"]'), types = input.accept.split(","), name = file.name.toLowerCase();
    if (!types.some((type) => name.endsWith(type))) return fill(words.type, { types: types.map((type) => type.slice(1)).join("、") });
    if (file.size > Number(input.dataset.maxSize)) return fill(words.tooBig, { limit: words.limit });
    return file.size ? "" : words.empty;
  }
  function newJob(facts) {
    const job = Object.assign({
      id: key(), item: words.item, start: words.start, checkpoint: "", sha: null, file: null, pieceSize: 1, have: new Set(), sending: new Map(),
      requests: new Set(), tries: 0, isKept: false, state: "", since: 0, arrivedBefore: 0, again: () => {},
    }, facts);
    jobs.set(job.id, job);
    draw(job);
    return job;
  }
  let preparing = Promise.resolve();
  function add(files) {
    jobs.forEach((job) => { if (job.state === "done") drop(job); });
    const checkpoint = widget.querySelector("select") ? widget.querySelector("select").value : "";
    Array.from(files).forEach((file) => {
      const job = newJob({ file, name: file.name, size: file.size, checkpoint }), problem = problemOf(file);
      if (problem) { refuse(job, problem); return; }
      show(job, "waiting", words.waiting);
      preparing = preparing.then(() => prepare(job));
    });
  }
  async function prepare(job) {
    if (!jobs.has(job.id)) return;
    try {
      job.sha = await sha256(await job.file.arrayBuffer());
    } catch (error) {
      refuse(job, words.unreadable);
      return;
    }
    const same = job.sha && Array.from(jobs.values()).find((other) => other.state === "again" && other.sha === job.sha && other.size === job.size);
    if (same) {  /* the rest of a file that an earlier page could not keep */
      drop(job);
      job = Object.assign(same, { file: job.file });
    }
    await keep(job);
    wait(job);
  }
  function drop(job) {
    jobs.delete(job.id);
    clearTimeout(job.timer);
    job.line.remove();
    list.hidden = !list.children.length;
  }
  async function remove(job) {
    const focus = job.line.nextElementSibling || job.line.previousElementSibling;
    drop(job);
    (focus ? focus.querySelector('button:not([hidden])') || widget.querySelector('input[type="file"]') : widget.querySelector('input[type="file"]')).focus();
    job.requests.forEach((request) => request.abort());
    forget(job);
    if (job.cancelUrl) ask("POST", job.cancelUrl).catch(() => { /* what nobody touches goes after a day */ });
  }

  /* Sending: a few files at a time, the others wait */
  function wait(job) {
    if (!jobs.has(job.id)) return;
    clearTimeout(job.timer);
    show(job, "waiting", words.waiting);
    pump();
  }
  function pump() {
    const all = Array.from(jobs.values());
    let busy = all.filter((job) => job.isBusy).length;
    all.filter((job) => job.state === "waiting" && job.file && job.sha !== null && !job.isBusy).forEach((job) => {
      if (busy >= AT_ONCE || signedOut) return;
      busy += 1;
      job.isBusy = true;
      /* Another window may be at it: then this one takes its turn, and finds the file whole */
      const go = () => run(job);
      (navigator.locks ? navigator.locks.request(`upload-${job.id}`, go) : go()).then(() => { job.isBusy = false; pump(); });
    });
  }
  async function run(job) {
    for (let tries = 0; jobs.has(job.id); tries += 1) {
      try {
        await send(job);
        return;
      } catch (trouble) {
        job.requests.forEach((request) => request.abort());
        job.sending.clear();
        if (!jobs.has(job.id)) return;
        if (!(trouble instanceof Trouble)) { refuse(job, words.unreadable); return; }
        const worse = tries > 1 ? trouble : await canTryAgain(trouble).then((can) => (can ? null : trouble), (other) => other);
        if (worse) { lost(job, worse); return; }
      }
    }
  }
  /* At once: what the server has cleared away begins anew, and after signing in the page's token is of the old session */
  async function canTryAgain(trouble) {
    if (trouble.status === 404) return Boolean(trouble.data.problem);
    if (trouble.status !== 403) return false;
    const before = token;
    await fetchUnfinished();
    return token !== before;
  }
  function learn(job, state) {
    job.have = new Set(state.pieces);
    Object.assign(job, { pieceSize: state.piece_size, pieceUrl: state.piece_url, finishUrl: state.finish_url, cancelUrl: state.cancel_url });
  }
  async function send(job) {
    const facts = new URLSearchParams({ id: job.id, name: job.name, size: job.size, sha256: job.sha, checkpoint: job.checkpoint });
    const state = await ask("POST", job.start, facts, { job });
    learn(job, state);
    if (state.receipt) { done(job, state.receipt, true); return; }
    if (state.refusal) { refuse(job, state.refusal); return; }
    Object.assign(job, { since: Date.now(), arrivedBefore: arrived(job), state: "" });
    showSending(job);
    let wanted = Array.from({ length: Math.ceil(job.size / job.pieceSize) }, (nothing, number) => number).filter((number) => !job.have.has(number));
    for (let round = 0; ; round += 1) {
      await sendPieces(job, wanted);
      show(job, "checking", words.checking);
      try {
        done(job, (await ask("POST", job.finishUrl, null, { job })).receipt);
        return;
      } catch (trouble) {
        if (!(trouble instanceof Trouble) || !trouble.data.missing || round > 4) throw trouble;
        wanted = trouble.data.missing;
        wanted.forEach((number) => job.have.delete(number));
        job.state = "";
      }
    }
  }
  async function sendPieces(job, numbers) {
    const left = numbers.slice();
    let stopped = null;
    const worker = async () => {
      while (left.length && !stopped) {
        await turn();
        const number = left.shift(), began = Date.now();
        let took = 0;
        try {
          if (number === undefined || stopped || !jobs.has(job.id)) return;
          await sendPiece(job, number, 0);
          took = Date.now() - began;
        } catch (trouble) {
          stopped = stopped || trouble;  /* what else is on its way may still arrive */
        } finally {
          turnOver(took);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    if (stopped) throw stopped;
    if (!jobs.has(job.id)) throw new Trouble("removed", 0);
  }
  async function sendPiece(job, number, tries) {
    const content = await job.file.slice(number * job.pieceSize, (number + 1) * job.pieceSize).arrayBuffer(), sha = await sha256(content);
    const headers = { "Content-Type": "application/octet-stream" };
    if (sha) headers["X-Piece-SHA256"] = sha;
    try {
      await ask("POST", `${job.pieceUrl}${number}/`, content, { job, headers, onprogress: (loaded) => { job.sending.set(number, loaded); showSending(job); } });
    } catch (trouble) {
      job.sending.delete(number);
      if (trouble.status === 422 && tries < 3) return sendPiece(job, number, tries + 1);
      throw trouble;
    }
    job.sending.delete(number);
    job.have.add(number);
    job.tries = 0;
    showSending(job);
    return undefined;
  }
  function done(job, receipt, isKnown) {
    show(job, "done", isKnown ? words.known : words.done);
    part(job, "meta").textContent += ` · ${fill(words.receipt, { at: receipt.at.slice(11, 19), sha: receipt.sha256.slice(0, 12) })}`;
    part(job, "meta").title = receipt.sha256;
    forget(job);
    if (job.item === words.item) refresh();
  }

  /* Trouble: everything stays, and is tried again after a while, when the network is back, after signing in, or by the button */
  function lost(job, trouble) {
    const n = percent(job), again = () => wait(job);
    if (trouble.kind === "signed-out") {
      show(job, "lost", fill(words.signedOut, { n }), words.signIn, () => location.reload());
      if (!signedOut) {
        signedOut = true;
        document.dispatchEvent(new CustomEvent("portal:signed-out"));
      }
    } else if (trouble.kind === "refused") {
      const text = trouble.data.problem || trouble.data.refusal || words.failed;
      if (trouble.status === 422) refuse(job, text);
      else show(job, "lost", text, words.retry, again);
    } else {
      show(job, "lost", fill(trouble.kind === "server" ? words.server : words.lost, { n }), words.resume, again);
      job.tries += 1;
      job.timer = setTimeout(again, 1000 * PATIENCE[Math.min(job.tries, PATIENCE.length) - 1]);
    }
  }
  function goOn() {
    jobs.forEach((job) => { if (job.state === "lost" && job.file && !job.isBusy) wait(job); });
  }
  window.addEventListener("online", () => { jobs.forEach((job) => { job.tries = 0; }); goOn(); });
  document.addEventListener("portal:signed-in", () => fetchUnfinished().then(() => { signedOut = false; goOn(); pump(); }, () => {}));

  /* What an earlier page began */
  async function fetchUnfinished() {
    const answer = await ask("GET", words.unfinished);
    token = answer.token;
    return answer.uploads;
  }
  async function restore() {
    const kept = (await inStore("readonly", (files) => files.getAll())) || [];
    const fresh = kept.filter((record) => record.user === words.user && record.at > Date.now() - DAY);
    kept.filter((record) => !fresh.includes(record)).forEach(forget);
    const begun = await fetchUnfinished();
    fresh.filter((record) => record.application === words.application && !jobs.has(record.id)).forEach((record) => {
      const job = newJob({ id: record.id, item: record.item, start: record.start, checkpoint: record.checkpoint, file: record.file, name: record.name, size: record.size, sha: record.sha, isKept: true });
      wait(job);
    });
    begun.filter((state) => state.item === words.item && !jobs.has(state.id)).forEach((state) => {
      const job = newJob({ id: state.id, name: state.name, size: state.size, sha: state.sha256 });
      learn(job, state);
      show(job, "again", fill(words.again, { n: percent(job) }), words.choose, () => widget.querySelector('input[type="file"]').click());
    });
  }
  function restoreUntilHeard(tries) {
    restore().catch((trouble) => {
      if (trouble.kind === "network" || trouble.kind === "server") setTimeout(() => restoreUntilHeard(tries + 1), 1000 * PATIENCE[Math.min(tries, PATIENCE.length - 1)]);
    });
  }

  /* The files of the item as the server has them now, around the lines that are still moving */
  let refreshing = null;
  function refresh() {
    clearTimeout(refreshing);
    refreshing = setTimeout(async () => {
      const answer = await fetch(words.files, { headers: { "HX-Request": "true" } });
      if (!answer.ok || answer.redirected) return;
      const piece = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("files"), shown = document.getElementById("files");
      const focused = shown.contains(document.activeElement) ? document.activeElement : null;
      shown.replaceWith(piece);
      adopt();
      if (window.htmx) window.htmx.process(piece);
      if (focused && focused.isConnected) focused.focus();
    }, 100);
  }
  /* A piece that came from the server has a widget of its own; the one with the lines takes its place */
  function adopt() {
    const other = document.querySelector("#files [data-upload]");
    if (other && other !== widget) other.replaceWith(widget);
  }
  document.addEventListener("htmx:afterSwap", adopt);

  /* The three ways in: the button, a drop anywhere on the page, a picture from the clipboard */
  function take(input) {
    add(input.files);
    input.value = "";  /* or the form of the page would carry the files once more */
  }
  document.addEventListener("change", (event) => {
    if (event.target.type === "file" && widget.contains(event.target)) take(event.target);
  });
  const hasFiles = (event) => event.dataTransfer && Array.from(event.dataTransfer.types).includes("Files");
  const over = (on) => widget.querySelector(".upload-drop").classList.toggle("is-over", on);
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    over(true);
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) over(false); });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    over(false);
    add(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    const clipboard = event.clipboardData, files = clipboard ? Array.from(clipboard.files) : [];
    const intoText = event.target.closest && event.target.closest("textarea, input, [contenteditable]"), hasText = clipboard && Array.from(clipboard.types).some((type) => type.startsWith("text/"));
    if (!files.length || (intoText && hasText)) return;
    event.preventDefault();
    add(files.map((file) => (file.name && file.name !== "image.png" ? file : new File([file], `${words.screenshot}-${stamp(new Date())}.${file.type.split("/")[1] || "png"}`, { type: file.type }))));
    widget.scrollIntoView({ block: "nearest" });
  });
  function stamp(now) {
    const two = (number) => String(number).padStart(2, "0");
    return `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  }

  /* Leaving loses nothing but files that no store could keep */
  window.addEventListener("beforeunload", (event) => {
    if (Array.from(jobs.values()).some((job) => job.file && !job.isKept && !["done", "refused"].includes(job.state))) event.preventDefault();
  });
  widget.querySelectorAll(".needs-upload").forEach((piece) => { piece.hidden = false; });
  widget.querySelectorAll(".without-upload").forEach((piece) => { piece.remove(); });
  widget.classList.add("is-ready");
  const early = widget.querySelector('input[type="file"]');
  if (early.files.length) take(early);  /* chosen before this script came */
  restoreUntilHeard(0);
})();
