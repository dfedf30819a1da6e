"use strict";
/* The group's talk: the item the address names takes the focus, Ctrl+Enter saves the item one is in, and what is typed and not saved is counted
   and not left behind without a question. */
(function () {
  const form = document.getElementById("talk-form"), state = document.querySelector("[data-unsaved-state]");
  if (!form || !state) return;
  const fields = Array.from(form.querySelectorAll("[data-row] input[type=number], [data-row] textarea"));
  const begun = new Map(fields.map((field) => [field, field.value]));
  /* What came back from the server with a fault is unsaved from the start */
  const kept = new Set(Array.from(form.querySelectorAll("[data-row-typed]")).map((mark) => mark.closest("[data-row]")));
  let leaving = false;

  function unsaved() {
    const rows = new Set(kept);
    fields.forEach((field) => { if (field.value !== begun.get(field)) rows.add(field.closest("[data-row]")); });
    return rows;
  }
  function tell() {
    const n = unsaved().size;
    state.textContent = n ? form.dataset.unsaved.replace("{n}", n) : "";
  }
  form.addEventListener("input", tell);
  form.addEventListener("submit", () => { leaving = true; });
  window.addEventListener("pageshow", () => { leaving = false; });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && unsaved().size) event.preventDefault();
  });

  /* Before the page's own Ctrl+Enter, which saves all */
  window.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== "Enter") return;
    const row = event.target.closest("[data-row]"), save = row && row.querySelector("[data-row-save]");
    if (!save) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    save.click();
  }, true);

  function arrive() {
    const row = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!row || !form.contains(row)) return;
    if (row.tagName === "DETAILS") row.open = true;
    const field = row.querySelector("input[type=number]");
    if (field) field.focus({ preventScroll: true });
    row.scrollIntoView({ block: "start" });
  }
  window.addEventListener("hashchange", arrive);
  /* After the browser's own jump to the item, which takes the focus away */
  if (!document.querySelector("[data-error-summary]")) window.addEventListener("load", () => setTimeout(arrive));
  tell();
})();
