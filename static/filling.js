/* The item page while somebody types. Every field saves alone and is always in one of these states:

     clean      as the server has it
     dirty      typed, kept on this device, waits for a pause in the typing
     sending    on its way
     saved      the server has answered: only now does the page say so
     retrying   no answer, or an error of the server; tried again by itself, after LOUD_AFTER times "failed", which says it
     failed     loudly; "offline" where the browser knows that the cable is out
     refused    the server says what is wrong with it; waits for a change
     gone       may not be saved any more (sent in meanwhile, no right to it)
     conflict   somebody else saved another text; waits for a choice
     signedOut  waits for signing in

   A request whose answer never came is sent again word for word before anything newer: the server may have saved it. */
(function () {
  "use strict";
  const page = document.getElementById("typing"), form = document.getElementById("answer");
  if (!page || !window.fetch || !window.mirror) return;
  const words = page.dataset, mirror = window.mirror;
  const PAUSE = 800, PATIENCE = 20000, WAITS = [2, 4, 8, 15, 30, 60], LOUD_AFTER = 3, LOOK = 20000, KEEPALIVE_BYTES = 60000;
  const LOUDEST = ["signedOut", "conflict", "refused", "gone", "offline", "failed", "retrying", "sending", "dirty", "saved", "clean"];
  const UNHAPPY = new Set(LOUDEST.slice(0, 7)), BUSY = new Set(["sending", "dirty"]);
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? values[key] : whole));
  const copy = (id) => document.getElementById(id).content.cloneNode(true);
  const clock = (moment) => `${String(moment.getHours()).padStart(2, "0")}:${String(moment.getMinutes()).padStart(2, "0")}`;

  /* ---- Asking the server -------------------------------------------------------------------------------------- */

  /* The cookie's token is the one that holds, whoever signed in where: signing in changes it. */
  function token() {
    const found = /(?:^|; )(?:__Host-csrf|csrftoken)=([^;]*)/.exec(document.cookie);
    return found ? found[1] : form.querySelector("[name=csrfmiddlewaretoken]").value;
  }
  async function ask(url, values, leaving) {
    const body = new URLSearchParams(values), patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE);
    try {
      const answer = await fetch(url, {
        method: "POST", body, credentials: "same-origin", signal: patience.signal, keepalive: Boolean(leaving) && body.toString().length < KEEPALIVE_BYTES,
        headers: { Accept: "application/json", "X-CSRFToken": token() },
      });
      const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      return { status: answer.status, data: isJson ? await answer.json() : null };
    } catch (error) {
      return { status: 0, data: null };
    } finally {
      clearTimeout(timer);
    }
  }
  async function post(url, values, leaving) {
    const before = token(), answer = await ask(url, Object.assign({ person: words.person }, values), leaving);
    if (answer.status !== 403 || answer.data || leaving) return answer;
    /* Perhaps the token was lost: the sign-in page brings a new one. */
    await fetch(words.login, { credentials: "same-origin" }).catch(() => null);
    return token() === before ? answer : ask(url, Object.assign({ person: words.person }, values), leaving);
  }
  document.addEventListener("htmx:configRequest", (event) => { event.detail.headers["X-CSRFToken"] = token(); });

  /* ---- A field ------------------------------------------------------------------------------------------------ */

  class Field {
    constructor(place) {
      this.place = place;
      this.name = place.dataset.field;
      this.label = place.dataset.label;
      this.version = Number(place.dataset.version);
      this.controls = all(`[name="${this.name}"]`, place);
      this.isText = this.controls[0].tagName === "TEXTAREA";
      this.key = `${words.key}:${this.name}:`;
      this.shown = place.querySelector("[data-state]");
      this.asks = place.querySelector("[data-asks]");
      const under = place.querySelector(".under");
      if (under) under.append(...place.querySelector(".typing-line").childNodes);
      this.saved = this.asServed();
      this.pending = null;
      this.running = null;
      this.attempts = 0;
      this.state = "clean";
    }

    /* The value, and what the page came with */
    get value() {
      const chosen = this.controls[0].type === "radio" ? this.controls.find((radio) => radio.checked) : this.controls[0];
      return chosen ? chosen.value : "";
    }
    set value(text) {
      if (this.controls[0].type === "radio") this.controls.forEach((radio) => { radio.checked = radio.value === text; });
      else this.controls[0].value = text;
      this.controls[0].dispatchEvent(new Event("input", { bubbles: true }));
    }
    asServed() {
      if (this.controls[0].type !== "radio") return this.controls[0].defaultValue;
      const chosen = this.controls.find((radio) => radio.defaultChecked);
      return chosen ? chosen.value : "";
    }
    read(value) {
      const radio = this.controls.find((each) => each.type === "radio" && each.value === value);
      return radio ? radio.closest("label").querySelector("b").textContent : value || "–";
    }
    get isUnsent() {
      return this.pending !== null || this.value !== this.saved;
    }
    focus() {
      (this.controls.find((radio) => radio.checked) || this.controls[0]).focus();
    }

    become(state) {
      this.state = state;
      this.shown.className = `save-state small push${UNHAPPY.has(state) ? " is-failed" : BUSY.has(state) ? " is-busy" : ""}`;
      this.shown.replaceChildren(...signed(state, this.sentence));
      render();
    }
    get sentence() {
      const kept = this.isKept ? "" : "Here";
      switch (this.state) {
        case "sending": case "dirty": return this.attempts ? fill(words.retrying, { n: this.attempts }) : words.saving;
        case "saved": return fill(words.saved, { at: this.savedAt });
        case "retrying": return fill(words.retrying, { n: this.attempts });
        case "failed": return words[`failed${kept}`];
        case "offline": return words[`offline${kept}`];
        case "refused": return `${fill(words.refused, { field: this.label })}：${this.problems.join("")}`;
        case "gone": return this.problems ? this.problems.join("") : words.gone;
        case "conflict": return fill(words.conflict, { field: this.label });
        case "signedOut": return words.signedOut;
        default: return "";
      }
    }

    changed(pause) {
      if (!this.isUnsent && this.state !== "conflict") {
        clearTimeout(this.timer);
        mirror.forget(this.key);
        this.become(this.savedAt ? "saved" : "clean");
        return;
      }
      this.keep();
      if (this.state === "conflict") { this.fillConflict(); return; }
      if (this.running || this.attempts || this.state === "signedOut") return; /* taken along when that is through */
      clearTimeout(this.timer);
      this.become("dirty");
      this.timer = setTimeout(() => this.send(), pause);
    }
    keep() {
      const entry = { text: this.value, version: this.version, at: Date.now(), url: window.location.pathname, title: words.title };
      this.isKept = mirror.keep(this.key, entry);
    }

    send(leaving) {
      if (!this.running) this.running = this.sendNow(leaving).finally(() => { this.running = null; });
      return this.running;
    }
    async sendNow(leaving) {
      clearTimeout(this.timer);
      if (!this.isUnsent || this.state === "conflict") return;
      this.pending = this.pending || { value: this.value, version: this.version };
      this.become("sending");
      const values = { field: this.name, version: this.pending.version, [this.name]: this.pending.value };
      this.take(await post(words.save, values, leaving));
    }
    take({ status, data }) {
      const sent = this.pending;
      if (status === 200 && data && "version" in data) this.stored(sent.value, data);
      else if (status === 401) this.become("signedOut");
      else if (status === 409 && data) this.meet(data);
      else if (status === 422 && data) this.refuse(data.problems);
      else if (status >= 400 && status < 500 && status !== 429 && status !== 408) this.giveUp(data);
      else this.tryAgain();
      if (this.state === "signedOut") signIn.open(data && data.problems);
    }
    stored(value, data) {
      this.pending = this.problems = null;
      this.attempts = 0;
      this.saved = value;
      this.version = data.version;
      this.savedAt = data.at;
      this.place.querySelectorAll("[data-added]").forEach((line) => line.remove());
      /* A whole save, as the page does it without script, may follow only on saves that were all ours. */
      const whole = document.getElementById("id_version");
      if (data.whole <= Number(whole.value) + 1) whole.value = Math.max(data.whole, Number(whole.value));
      signIn.close();
      if (this.isUnsent) {
        this.keep();
        this.become("dirty");
        this.timer = setTimeout(() => this.send(), PAUSE);
      } else {
        mirror.forget(this.key);
        this.become("saved");
      }
    }
    refuse(problems) {
      const wasTyped = this.pending.value === this.value;
      this.pending = null;
      this.attempts = 0;
      this.problems = problems;
      this.become("refused");
      if (wasTyped) return;
      this.become("dirty");
      this.timer = setTimeout(() => this.send(), PAUSE);
    }
    giveUp(data) {
      this.pending = null;
      this.problems = data && data.problems;
      this.become("gone");
    }
    tryAgain() {
      this.attempts += 1;
      this.become(navigator.onLine === false ? "offline" : this.attempts < LOUD_AFTER ? "retrying" : "failed");
      this.timer = setTimeout(() => this.send(), WAITS[Math.min(this.attempts, WAITS.length) - 1] * 1000);
    }
    /* Everything typed is on the server, or the state says why not. */
    async flush() {
      while (this.isUnsent && this.state !== "conflict" && !(this.state === "refused" && !this.running)) {
        const before = this.attempts;
        await this.send();
        if (this.attempts > before || this.state === "signedOut" || this.state === "gone") return;
      }
    }

    /* Two texts: both are shown, a person chooses */
    meet(theirs) {
      this.pending = null;
      this.attempts = 0;
      this.theirs = theirs;
      if (theirs.value === this.value) {
        this.stored(theirs.value, { version: theirs.version, whole: theirs.whole, at: clock(new Date()) });
        return;
      }
      this.panel = this.panelFrom("conflict-template");
      this.panel.querySelector("[data-who]").textContent = `${theirs.who} · ${theirs.when}`;
      if (!this.isText) all('[data-choice="both"], [data-merge]', this.panel).forEach((each) => each.remove());
      this.asks.replaceChildren(this.panel);
      this.become("conflict");
      this.fillConflict();
    }
    fillConflict() {
      const mine = this.read(this.value), theirs = this.read(this.theirs.value);
      this.panel.querySelector("[data-mine]").textContent = mine;
      this.panel.querySelector("[data-stored]").textContent = theirs;
      window.showDifference(this.panel.querySelector("[data-diff]"), theirs, mine);
    }
    choose(choice) {
      const theirs = this.theirs, mine = this.value;
      this.panel.remove();
      this.panel = this.theirs = null;
      this.saved = theirs.value;
      this.version = theirs.version;
      this.state = "clean";
      this.value = choice === "mine" ? mine : choice === "stored" ? theirs.value : `${theirs.value}\n${mine}`;
      this.changed(choice === "mine" ? 0 : PAUSE);
      this.focus();
    }

    /* What an earlier page left on this device */
    offer(entry) {
      if (entry.text === this.saved) { mirror.drop(entry.key); return; }
      const panel = this.panelFrom("offer-template"), heading = panel.querySelector("[data-text]"), at = new Date(entry.at);
      const isToday = at.toDateString() === new Date().toDateString();
      heading.textContent = fill(heading.dataset.text, { at: isToday ? clock(at) : `${at.getMonth() + 1}-${at.getDate()} ${clock(at)}` });
      window.showDifference(panel.querySelector("[data-diff]"), this.read(this.saved), this.read(entry.text));
      panel.dataset.key = entry.key;
      panel.entry = entry;
      this.asks.append(panel);
    }
    restore(panel, choice) {
      panel.remove();
      if (choice === "restore") {
        const typed = this.isText && this.value !== this.saved && this.value;
        this.value = typed ? `${typed}\n${panel.entry.text}` : panel.entry.text;
        this.changed(0);
      }
      mirror.drop(panel.entry.key);
      this.focus();
    }
    panelFrom(id) {
      const panel = copy(id).firstElementChild;
      panel.setAttribute("aria-label", `${panel.dataset.region}：${this.label}`);
      panel.addEventListener("click", (event) => {
        const button = event.target.closest("[data-choice]");
        if (button && panel === this.panel) this.choose(button.dataset.choice);
        else if (button) this.restore(panel, button.dataset.choice);
      });
      return panel;
    }
  }

  const fields = all("[data-field]", form).map((place) => new Field(place));
  const unsent = () => fields.filter((field) => field.isUnsent);
  const fieldOf = (node) => fields.find((field) => field.controls.includes(node));

  /* ---- The dock ----------------------------------------------------------------------------------------------- */

  const dock = document.getElementById("typing-state"), alarm = document.getElementById("typing-alert"), retry = document.getElementById("typing-retry");
  const foot = dock.querySelector("small");
  let told = "clean";
  function signed(state, sentence) {
    if (!sentence) return [];
    const text = document.createElement("span");
    text.textContent = sentence;
    return UNHAPPY.has(state) ? [copy("warn-template"), text] : state === "saved" ? [copy("check-template"), text] : [text];
  }
  function say(state, sentence) {
    dock.className = `save-state${UNHAPPY.has(state) ? " is-failed" : BUSY.has(state) ? " is-busy" : ""}`;
    dock.replaceChildren(...signed(state, sentence), ...(UNHAPPY.has(state) || !foot ? [] : [foot]));
    retry.hidden = !["retrying", "failed", "offline", "signedOut", "gone"].includes(state);
    /* Heard once when it happens, not at every try; successes are only seen. */
    if (UNHAPPY.has(state) && state !== told) alarm.textContent = sentence;
    if (!UNHAPPY.has(state)) alarm.textContent = "";
    told = state;
  }
  function render() {
    const loudest = fields.slice().sort((one, other) => LOUDEST.indexOf(one.state) - LOUDEST.indexOf(other.state))[0];
    const state = loudest.state;
    if (state === "clean") return;
    const last = fields.filter((field) => field.savedAt).map((field) => field.savedAt).sort().pop();
    say(state, state === "saved" ? fill(words.saved, { at: last }) : loudest.sentence);
  }
  function again() {
    fields.filter((field) => field.isUnsent && field.state !== "conflict" && field.state !== "refused").forEach((field) => field.send());
  }
  retry.addEventListener("click", () => { if (told === "signedOut") signIn.open(); else again(); });

  /* ---- Typing, choosing, leaving a field ---------------------------------------------------------------------- */

  let lastTouched = 0;
  form.addEventListener("input", (event) => {
    const field = fieldOf(event.target);
    if (!field) return;
    lastTouched = Date.now();
    field.changed(event.target.type === "radio" ? 0 : PAUSE);
  });
  form.addEventListener("focusout", (event) => {
    const field = fieldOf(event.target);
    if (field && field.state === "dirty") field.send();
  });
  form.addEventListener("cleaned", (event) => {
    const line = fieldOf(event.target).place.querySelector("[data-pasted]");
    line.textContent = words.pasted;
    setTimeout(() => { line.textContent = ""; }, 10000);
  });
  window.addEventListener("online", again);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) fields.filter((field) => field.state === "dirty").forEach((field) => field.send(true));
    else again();
  });
  window.addEventListener("pagehide", () => fields.filter((field) => field.state === "dirty").forEach((field) => field.send(true)));
  let isLeaving = false;
  window.addEventListener("beforeunload", (event) => {
    if (isLeaving || !unsent().length) return;
    event.preventDefault();
    event.returnValue = "";
  });
  document.addEventListener("signing-out", () => { isLeaving = true; });
  window.addEventListener("pageshow", () => { isLeaving = false; }); /* come back to by the browser's arrow */

  /* ---- Signing in again, over the page ------------------------------------------------------------------------ */

  const dialog = document.getElementById("sign-in");
  const signIn = {
    wish: null,
    say(text) { dialog.querySelector("[data-problem]").textContent = text; },
    open(problems) {
      signIn.say(problems && !problems[0].startsWith(words.signedOut) ? problems.join("") : "");
      if (!dialog.open) dialog.showModal();
      dialog.querySelector("[name=password]").focus();
    },
    close() { if (dialog.open) dialog.close(); },
    async send(box) {
      const { status, data } = await post(words.login, { username: box.username.value, password: box.password.value });
      box.password.value = "";
      if (status === 200 && data && String(data.person) === words.person) {
        all("[name=csrfmiddlewaretoken]").forEach((input) => { input.value = token(); });
        signIn.close();
        again();
        const wish = signIn.wish;
        signIn.wish = null;
        if (wish) go(wish);
      } else if (status === 200 && data) signIn.say(fill(words.otherPerson, { name: data.name }));
      else signIn.say(data && data.problems ? data.problems.join("") : words.noAnswer);
    },
  };
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    signIn.send(event.target);
  });
  dialog.querySelector("[data-later]").addEventListener("click", signIn.close);

  /* ---- Going on: first everything is sent, then the page is left ---------------------------------------------- */

  async function flush() {
    for (const field of fields) await field.flush();
    return !unsent().length;
  }
  function stuck(wish) {
    const held = fields.find((field) => field.state === "signedOut");
    if (held) {
      signIn.wish = wish;
      signIn.open();
      return;
    }
    const conflict = fields.find((field) => field.state === "conflict");
    if (conflict) {
      conflict.panel.setAttribute("tabindex", "-1");
      conflict.panel.focus();
      return;
    }
    const refused = fields.filter((field) => field.state === "refused");
    if (refused.length) tellProblems(refused.flatMap((field) => field.problems.map((text) => ({ text, target: `#${field.controls[0].id}` }))));
  }
  let isGoing = false;
  async function go(wish) {
    if (isGoing) return;
    isGoing = true;
    try {
      clearProblems();
      if (!await flush()) { stuck(wish); return; }
      if (wish === "save") return;
      const { status, data } = await post(words.leave, { action: wish });
      if (!await flush()) { stuck(wish); return; }
      if (status === 200 && data) {
        isLeaving = true;
        window.location.assign(data.url);
      } else if (status === 422 && data) tellProblems(data.problems);
      else if (status === 401) {
        signIn.wish = wish;
        signIn.open(data && data.problems);
      } else say("failed", words.notLeft);
    } finally {
      isGoing = false;
    }
  }
  /* Before portal.js, which would take a form that was sent for one that is gone */
  window.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.target !== form || (button && button.hasAttribute("formaction"))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    go(button ? button.value : "save");
  }, true);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || link.target || link.origin !== window.location.origin || link.hash || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented || !unsent().length) return;
    event.preventDefault();
    flush().then(() => window.location.assign(link.href));
  });
  /* Enter in the line of a link adds the link; it does not send the page */
  form.addEventListener("keydown", (event) => {
    const place = event.key === "Enter" && event.target.tagName === "INPUT" && event.target.closest(".evidence-add");
    const button = place && place.querySelector("button:not([type=button])");
    if (!button || event.isComposing) return;
    event.preventDefault();
    button.click();
  });

  /* ---- What an item lacks: on top, with links, in the same words at the field --------------------------------- */

  const summary = document.getElementById("summary"), title = document.title.replace(words.errorTitle, "");
  function clearProblems() {
    summary.replaceChildren();
    all(".problem[data-added], .section > .field .problem", form).forEach((line) => { if (!line.closest("[data-asks]")) line.remove(); });
    all('[aria-invalid="true"]', form).forEach((control) => control.removeAttribute("aria-invalid"));
    document.title = title;
  }
  function tellProblems(problems) {
    clearProblems();
    const box = copy("summary-template").firstElementChild;
    box.querySelector("h2 span").textContent = fill(words.lacking, { n: problems.length });
    problems.forEach(({ text, target }, number) => {
      const line = document.createElement("li"), link = document.createElement("a");
      link.href = target;
      link.textContent = text;
      line.append(link);
      box.querySelector("ul").append(line);
      const place = target && document.querySelector(target);
      if (!place) return;
      const problem = copy("problem-template").firstElementChild;
      problem.id = `problem-${number}`;
      problem.querySelector("span").textContent = text;
      if (place.matches("textarea, input:not([type=radio])")) {
        place.after(problem);
        place.setAttribute("aria-invalid", "true");
        place.setAttribute("aria-describedby", `${(place.getAttribute("aria-describedby") || "").replace(/ ?problem-\d+/g, "")} ${problem.id}`.trim());
      } else (place.closest("[data-field]") || place).prepend(problem);
    });
    summary.append(box);
    document.title = words.errorTitle + title;
    box.focus();
  }

  /* ---- Who else is here: only while somebody is at the keyboard, so that an empty chair's session ends in time - */

  const presence = document.getElementById("presence");
  let lastLook = 0;
  async function look() {
    if (document.hidden || Date.now() - lastTouched > 3 * LOOK) return;
    lastLook = Date.now();
    const { status, data } = await post(words.editing, { focus: form.contains(document.activeElement) ? "1" : "" });
    if (status !== 200 || !data) return;
    presence.hidden = !data.others.length;
    presence.querySelector("[data-text]").textContent = data.others.length ? fill(words.editingNow, { name: data.others.join(words.names) }) : "";
  }
  setInterval(look, LOOK);
  form.addEventListener("focusin", (event) => {
    if (!fieldOf(event.target)) return;
    lastTouched = Date.now();
    if (Date.now() - lastLook > LOOK / 4) look();
  });

  /* ---- The deadline passes while the page is open: only sending in ends, typing goes on ----------------------- */

  all("[data-deadline]").forEach((strip) => {
    const left = Date.parse(strip.dataset.deadline) - Date.parse(strip.dataset.now);
    if (left > 0 && left < 2147483647) setTimeout(() => {
      strip.querySelector("[data-before]").hidden = true;
      strip.querySelector("[data-after]").hidden = false;
    }, left);
  });

  /* ---- Begin --------------------------------------------------------------------------------------------------- */

  fields.forEach((field) => {
    mirror.left(field.key).forEach((entry) => field.offer(entry));
    if (field.isUnsent) field.changed(PAUSE); /* typed before this script came */
  });
  window.addEventListener("storage", (event) => {
    if (event.key && event.newValue === null) all(`[data-key="${CSS.escape(event.key)}"]`).forEach((panel) => panel.remove());
  });
})();
