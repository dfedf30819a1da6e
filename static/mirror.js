/* What was typed and is not on the server yet, kept on this device: by person, application, item and field, and one entry
   for each open page, so that two tabs never overwrite one another. Seven days at most; signing out forgets it. */
(function () {
  "use strict";
  const WEEK = 7 * 24 * 3600 * 1000, ALL = "typing:";
  const page = Date.now().toString(36) + Math.random().toString(36).slice(2);

  /* Private windows and full disks refuse; then the text is only in the page, and the page says so. */
  function trying(work, otherwise) {
    try {
      return work(window.localStorage);
    } catch (error) {
      return otherwise;
    }
  }
  const keys = (prefix) => trying((store) => Object.keys(store).filter((key) => key.startsWith(prefix)), []);
  function read(key) {
    return trying((store) => Object.assign(JSON.parse(store.getItem(key)), { key, isOurs: key.endsWith(`:${page}`) }), null);
  }
  const mirror = {
    keep: (prefix, entry) => trying((store) => { store.setItem(prefix + page, JSON.stringify(entry)); return true; }, false),
    forget: (prefix) => mirror.drop(prefix + page),
    drop: (key) => trying((store) => store.removeItem(key)),
    /* What other pages, closed or broken, left behind; the oldest first. */
    left: (prefix) => keys(prefix).map(read).filter((entry) => entry && !entry.isOurs).sort((one, other) => one.at - other.at),
  };
  window.mirror = mirror;

  keys(ALL).forEach((key) => {
    const entry = read(key);
    if (!entry || !(Date.now() - entry.at < WEEK)) mirror.drop(key);
  });

  /* Wherever the person arrives: there is something left to restore, and here it is. */
  const strip = document.getElementById("kept"), here = document.getElementById("typing");
  if (strip) {
    const found = new Map();
    mirror.left(strip.dataset.prefix).filter((entry) => !here || !entry.key.startsWith(`${here.dataset.key}:`)).forEach((entry) => found.set(entry.url, entry));
    strip.querySelector("[data-list]").append(...Array.from(found.values()).map((entry) => {
      const link = document.createElement("a");
      link.href = entry.url;
      link.textContent = entry.title;
      return link;
    }));
    strip.hidden = !found.size;
  }

  /* Before portal.js asks its questions */
  window.addEventListener("submit", (event) => {
    const form = event.target, prefix = form.dataset.signOut;
    if (!prefix) return;
    const unsent = keys(prefix);
    if (unsent.length && !form.dataset.confirmed) {
      form.dataset.confirm = form.dataset.unsent;
      return;
    }
    unsent.forEach(mirror.drop);
    document.dispatchEvent(new Event("signing-out"));
  }, true);
})();
