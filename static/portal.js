/* Small improvements for pages that already work without script. Behaviour is asked for with data attributes,
   listened for once at the document, so pieces swapped in by HTMX need no set-up. Words come from _words.html. */
(function () {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  const words = document.getElementById("words").dataset;
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? values[key] : whole));
  const remembered = (key, value) => {
    try {
      if (value === undefined) return localStorage.getItem(key);
      localStorage.setItem(key, value);
    } catch (error) { /* private windows may refuse storage; then the choice lasts for this page */ }
    return value;
  };

  /* Countdown: the server's clock, moved on each minute */
  const startedAt = performance.now();
  function tick() {
    all("[data-countdown], [data-timer]").forEach((timer) => {
      if (!timer.offsetAt) {
        timer.offsetAt = performance.now();
        if (document.readyState !== "complete") timer.offsetAt = startedAt;
      }
      const end = Date.parse(timer.dataset.countdown || timer.dataset.timer);
      const left = end - (Date.parse(timer.dataset.now) + performance.now() - timer.offsetAt);
      const minutes = Math.max(0, Math.floor(left / 60000));
      const part = (name) => timer.querySelector(`[data-part="${name}"]`);
      const pad = (number) => String(number).padStart(2, "0");
      const days = Math.floor(minutes / 1440), hours = Math.floor(minutes / 60) % 24;
      timer.classList.toggle("is-soon", left > 86400000 && left <= 259200000);
      timer.classList.toggle("is-urgent", left > 0 && left <= 86400000);
      if (part("text")) part("text").textContent = left > 0 ? fill(words.days, { d: days, clock: `${pad(hours)}:${pad(minutes % 60)}` }) : words.overDeadline;
      if (!part("days")) return;
      if (left <= 0) {
        const over = document.createElement("b");
        over.textContent = words.overDeadline;
        part("days").parentNode.replaceChildren(over);
        return;
      }
      part("days").textContent = days;
      part("hours").textContent = pad(hours);
      part("minutes").textContent = pad(minutes % 60);
    });
  }
  setInterval(tick, 60000);

  /* How long a text is to its reader: by the very same rule as applications/rules/characters.py */
  function characters(text) {
    let count = 0, joined = false, halfFlag = false;
    for (const sign of text.replace(/\r\n/g, "\n")) {
      if (sign === "\u200d") {
        joined = true;
        continue;
      }
      if (/[\p{M}\p{Cf}\u{1f3fb}-\u{1f3ff}]/u.test(sign)) continue;
      const isFlag = /[\u{1f1e6}-\u{1f1ff}]/u.test(sign);
      halfFlag = isFlag && !halfFlag;
      if (!((joined && /\p{So}/u.test(sign)) || (isFlag && !halfFlag))) count += 1;
      joined = false;
    }
    return count;
  }

  /* Characters typed and left: <textarea data-counter="800"> */
  function count(box) {
    let line = box.counterLine;
    if (!line) {
      line = box.counterLine = document.createElement("div");
      line.className = "under";
      line.id = `${box.id}_counter`;
      line.appendChild(document.createElement("span"));
      box.after(line);
      box.setAttribute("aria-describedby", `${box.getAttribute("aria-describedby") || ""} ${line.id}`.trim());
    }
    const typed = characters(box.value), limit = Number(box.dataset.counter);
    line.firstChild.textContent = typed > limit ? fill(words.over, { n: typed - limit }) : fill(words.counter, { n: typed, left: limit - typed });
    line.firstChild.classList.toggle("is-over", typed > limit);
  }
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-counter]")) count(event.target);
  });

  /* Larger letters and stronger contrast at once, so that nothing typed on the page is lost; the cookie holds them for the next */
  function turnDisplay(form, button) {
    const isOn = root.classList.toggle(button.dataset.display);
    all(`button[data-display="${button.dataset.display}"]`).forEach((same) => same.setAttribute("aria-pressed", String(isOn)));
    const choice = new FormData(form);
    choice.set(button.name, button.value);
    fetch(form.action, { method: "POST", body: choice, redirect: "manual" }).catch(() => { /* then it lasts for this page */ });
  }

  /* Forms: ask before what cannot be undone, send once */
  const dialog = document.getElementById("confirm");
  function ask(form, submitter) {
    const asking = submitter && submitter.dataset.confirm ? submitter : form;
    document.getElementById("confirm-text").textContent = asking.dataset.confirm;
    document.getElementById("confirm-go").textContent = asking.dataset.confirmButton || (submitter ? submitter.textContent.trim() : "OK");
    dialog.returnValue = "";
    dialog.showModal();
    dialog.addEventListener("close", () => {
      if (dialog.returnValue !== "go") return;
      form.dataset.confirmed = "yes";
      form.requestSubmit(submitter);
    }, { once: true });
  }
  document.addEventListener("submit", (event) => {
    const form = event.target, submitter = event.submitter;
    if (form.method === "dialog") return;
    if (submitter && submitter.dataset.display) {
      event.preventDefault();
      turnDisplay(form, submitter);
      return;
    }
    const question = (submitter && submitter.dataset.confirm) || form.dataset.confirm;
    if (question && !form.dataset.confirmed && dialog && dialog.showModal) {
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(form, submitter);
      return;
    }
    delete form.dataset.confirmed;
    /* What answers with a file leaves this page as it is, so its buttons stay ready */
    if (form.method !== "post" || form.dataset.download !== undefined || form.hasAttribute("hx-post") || (submitter && submitter.hasAttribute("hx-post"))) return;
    if (form.sent) {
      event.preventDefault();
      return;
    }
    form.sent = true;
    /* After the browser has collected the form, or the pressed button's own name would be missing */
    setTimeout(() => {
      all("button:not([type=button])", form).forEach((button) => button.setAttribute("aria-disabled", "true"));
      if (submitter && submitter.classList.contains("btn") && words.busy) submitter.textContent = submitter.dataset.busy || words.busy;
    });
  }, true);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) all("form").forEach((form) => { form.sent = false; });
    if (event.persisted) all('[aria-disabled="true"]').forEach((button) => button.removeAttribute("aria-disabled"));
  });
  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-autosubmit]")) event.target.form.requestSubmit();
  });

  /* Menus close on Escape and on a click elsewhere */
  function closeMenus(except) {
    all("details.menu[open]").forEach((menu) => { if (menu !== except) menu.open = false; });
  }
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));

  /* Buttons */
  function insertPhrase(button) {
    const box = document.getElementById(button.dataset.for);
    const phrase = button.dataset.phrase || button.textContent.trim();
    box.value += (box.value && !/[，。；\s]$/.test(box.value) ? "；" : "") + phrase;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  }
  function step(button) {
    const box = document.getElementById(button.dataset.for), by = Number(button.dataset.step);
    const low = Number(box.min || 0), high = box.max === "" ? Infinity : Number(box.max);
    const next = Math.min(high, Math.max(low, (box.value === "" ? (by > 0 ? low - by : high) : Number(box.value)) + by));
    box.value = String(Math.max(low, Math.round(next * 100) / 100));
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button, a");
    if (!button) return;
    if (button.dataset.phrase !== undefined) insertPhrase(button);
    if (button.dataset.step) step(button);
    if (button.dataset.print !== undefined) window.print();
    if (button.dataset.copy !== undefined) {
      const text = button.dataset.copy || document.getElementById(button.dataset.for).textContent.trim();
      navigator.clipboard.writeText(text).then(() => { button.textContent = words.copied; });
    }
  });

  /* Tick all, and ticking within a quota */
  function seats(box) {
    const table = box.closest("[data-quota]"), quota = Number(table.dataset.quota);
    const chosen = all('input[type="checkbox"]:checked', table).length;
    const left = document.querySelector("[data-quota-left]"), number = document.querySelector("[data-quota-count]");
    if (chosen > quota) {
      box.checked = false;
      if (left) { left.textContent = words.seatsOver; left.className = "tag tag-red"; }
      return;
    }
    box.closest("tr").classList.toggle("is-chosen", box.checked);
    if (number) number.textContent = chosen;
    if (left) {
      left.textContent = chosen < quota ? fill(words.seatsLeft, { n: quota - chosen }) : words.seatsFull;
      left.className = chosen < quota ? "tag tag-amber" : "tag tag-green";
    }
    all("[data-quota-seats] .seat").forEach((seat, place) => { seat.className = place < chosen ? "seat seat-chosen" : "seat seat-open"; });
  }
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.type !== "checkbox") return;
    if (box.dataset.checkAll !== undefined) all(`input[name="${box.dataset.checkAll}"]:not(:disabled)`, box.form || document).forEach((other) => { other.checked = box.checked; });
    else if (box.closest("[data-quota]")) seats(box);
  });

  /* Chosen files: their names at once, and the ones that are too big before they travel */
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.type !== "file" || !input.dataset.files) return;
    const list = document.getElementById(input.dataset.files), limit = Number(input.dataset.maxSize || 0);
    list.replaceChildren(...Array.from(input.files).map((file) => {
      const line = document.createElement("li"), mega = file.size / 1048576;
      line.textContent = `${file.name} · ${mega < 1 ? `${Math.ceil(file.size / 1024)} KB` : `${mega.toFixed(1)} MB`}`;
      if (limit && file.size > limit) {
        line.className = "problem";
        line.textContent += ` · ${fill(words.tooBig, { limit: `${Math.round(limit / 1048576)} MB` })}`;
      }
      return line;
    }));
  });

  /* Keys of the workbench: only inside [data-shortcuts], never while typing, and they can be turned off */
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      all("details.menu[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
      return;
    }
    const place = document.querySelector("[data-shortcuts]");
    if (!place) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      const next = place.querySelector('[data-key="ctrl+enter"]');
      if (next) { event.preventDefault(); next.click(); }
      return;
    }
    const typing = event.target.closest('textarea, select, input:not([type="radio"]):not([type="checkbox"]), dialog');
    if (typing || event.ctrlKey || event.metaKey || event.altKey || remembered("shortcuts") === "0") return;
    const target = place.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (target) { event.preventDefault(); target.click(); target.focus(); }
  });
  document.addEventListener("change", (event) => {
    if (event.target.dataset.shortcutsSwitch !== undefined) remembered("shortcuts", event.target.checked ? "1" : "0");
  });

  /* HTMX: say that something is being saved, and say loudly when it was not */
  function savePlaces(source) {
    const form = source.closest("form") || source;
    return all("[data-save-state]", form).concat(all(`[data-save-state][data-form="${form.id || "-"}"]`));
  }
  function saveState(source, tone, text) {
    const places = savePlaces(source);
    places.forEach((place) => {
      if (tone === "is-busy" && !place.classList.contains("is-busy")) place.stateBefore = [place.className, Array.from(place.childNodes)];
      place.className = `save-state ${tone}`;
      place.setAttribute("role", tone === "is-failed" ? "alert" : "status");
      place.textContent = text;
    });
    return places.length;
  }
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.requestConfig.verb !== "get") saveState(event.detail.elt, "is-busy", words.saving);
  });
  /* An answer that brings no new state of its own (a file added, a link removed) gives the old one back */
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) savePlaces(event.detail.elt).filter((place) => place.stateBefore && place.classList.contains("is-busy")).forEach((place) => {
      place.className = place.stateBefore[0];
      place.replaceChildren(...place.stateBefore[1]);
    });
  });
  function failed(event, text) {
    if (!saveState(event.detail.elt, "is-failed", text) && event.detail.requestConfig.verb !== "get") window.alert(text);
  }
  document.addEventListener("htmx:responseError", (event) => failed(event, words.failed));
  document.addEventListener("htmx:sendError", (event) => failed(event, words.offline));
  document.addEventListener("htmx:timeout", (event) => failed(event, words.offline));

  /* What a page, or a piece swapped into it, needs once */
  function prepare(piece) {
    all("textarea[data-counter], input[data-counter]", piece).forEach(count);
    all("[data-shortcuts-switch]", piece).forEach((box) => { box.checked = remembered("shortcuts") !== "0"; });
    const summary = piece.querySelector("[data-error-summary], [data-focus]");
    if (summary) summary.focus();
    tick();
  }
  document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.isConnected) prepare(event.detail.target); });
  prepare(document.body);
  const current = document.querySelector(".rail [aria-current]");
  if (current && getComputedStyle(current.closest(".rail")).position === "sticky") {
    const rail = current.closest(".rail");
    rail.scrollTop = Math.max(0, current.offsetTop - rail.clientHeight / 2);
  }
})();
