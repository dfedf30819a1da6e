"use strict";
/* Typing in a paper record: Enter goes on to the next cell, an empty number becomes the next one, and a line that cannot stand says so at once. */
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("[data-typing-in]");
  if (!form) return;
  const lines = Array.from(form.querySelectorAll("[data-line]"));
  const items = Array.from(document.querySelectorAll("[data-item]"));
  const verdicts = new Map(Array.from(document.querySelectorAll("[data-verdicts] li"), (entry) => [entry.dataset.value, entry.textContent]));
  const part = (line, name) => line.querySelector(`[data-part="${name}"]`);
  const plain = (text) => text.normalize("NFKC").replace(/[。、-]/g, ".").replace(/^[ .]+|[ .]+$/g, "").toLowerCase();
  const isBlank = (line) => ["verdict", "points", "reason"].every((name) => !part(line, name).value.trim());

  function itemOf(line) {
    const wanted = plain(part(line, "number").value);
    const exact = items.filter((item) => plain(item.dataset.item) === wanted);
    const found = exact.length ? exact : items.filter((item) => plain(item.dataset.item).replace(/\./g, "") === wanted);
    return wanted && found.length === 1 ? found[0] : null;
  }

  /* What a line means, beside it; the portal checks all of it again. */
  function check(line) {
    const item = itemOf(line), typed = part(line, "number").value.trim(), before = lines.slice(0, lines.indexOf(line));
    const verdict = part(line, "verdict").value.normalize("NFKC").trim();
    const points = Number(part(line, "points").value.normalize("NFKC").replace(/[,。]/g, "."));
    line.querySelector("[data-title]").textContent = item ? item.dataset.name : "";
    line.querySelector("[data-maximum]").textContent = item ? `/ ${item.dataset.maximum}` : "";
    line.querySelector("[data-verdict]").textContent = verdicts.get(verdict) || "";
    let problem = "";
    if (typed && !item) problem = form.dataset.unknown;
    else if (item && before.some((other) => itemOf(other) === item)) problem = form.dataset.again;
    else if (item && points > Number(item.dataset.maximum)) problem = form.dataset.tooMany.replace("{maximum}", item.dataset.maximum);
    const place = line.querySelector("[data-problem]");
    place.hidden = !problem;
    place.querySelector("[data-words]").textContent = problem;
    line.classList.toggle("is-wrong", Boolean(problem));
  }

  /* The item after the one above that no line has yet. */
  function nextNumber(line) {
    const above = lines.slice(0, lines.indexOf(line)).reverse().map(itemOf).find(Boolean);
    const taken = new Set(lines.map(itemOf).filter(Boolean));
    const rest = items.slice(above ? items.indexOf(above) + 1 : 0).concat(items).find((item) => !taken.has(item));
    return rest ? rest.dataset.item : "";
  }

  form.addEventListener("keydown", (event) => {
    const line = event.target.closest("[data-line]");
    if (!line || event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    const cells = Array.from(line.querySelectorAll("[data-part]")), place = cells.indexOf(event.target);
    if (place === 0 && !event.target.value.trim()) event.target.value = nextNumber(line);
    check(line);
    const below = lines[lines.indexOf(line) + 1];
    const target = place < cells.length - 1 ? cells[place + 1] : below ? part(below, "number") : form.querySelector("[data-done]");
    target.focus();
  });
  form.addEventListener("change", (event) => {
    const line = event.target.closest("[data-line]");
    if (line) check(line);
  });
  /* Until it is sent, what was typed is also kept on this device; a page that closed by itself is found again. */
  const prefix = form.dataset.key, values = () => lines.map((line) => Array.from(line.querySelectorAll("[data-part]"), (cell) => cell.value));
  const left = window.mirror.left(prefix);
  if (left.length && lines.every(isBlank)) {
    left[left.length - 1].lines.forEach((typed, number) => {
      if (lines[number]) lines[number].querySelectorAll("[data-part]").forEach((cell, place) => { cell.value = typed[place]; });
    });
    form.querySelector("[data-restored]").hidden = false;
  }
  left.forEach((entry) => window.mirror.drop(entry.key));
  const keep = () => window.mirror.keep(prefix, { at: Date.now(), url: location.pathname, title: document.querySelector("h1").textContent, lines: values() });
  if (!lines.every(isBlank)) keep();
  form.addEventListener("input", keep);
  lines.filter((line) => !line.classList.contains("is-wrong") && part(line, "number").value).forEach(check);

  let sent = false;
  form.addEventListener("submit", () => {
    sent = true;
    window.mirror.forget(prefix);
  });
  window.addEventListener("beforeunload", (event) => {
    if (sent || lines.every(isBlank)) return;
    event.preventDefault();
    event.returnValue = "";
  });
});
