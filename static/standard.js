/* The running sum of each track while points are typed, and a question before what was typed is left. Without script the sums are
   those of the last save. */
(function () {
  "use strict";
  let isTyped = false;
  document.addEventListener("input", (event) => { if (event.target.form && event.target.form.matches("#grid, #item")) isTyped = true; });
  document.addEventListener("submit", (event) => { if (event.target.matches("#grid, #item")) isTyped = false; });
  window.addEventListener("beforeunload", (event) => { if (isTyped) event.preventDefault(); });

  const sums = document.querySelector("[data-sums]");
  if (!sums) return;
  const number = (text) => {
    const found = Number(String(text).normalize("NFKC").trim());
    return Number.isFinite(found) ? found : 0;
  };
  const shown = (value) => String(Math.round(value * 100) / 100);
  function add() {
    sums.querySelectorAll("[data-sum]").forEach((line) => {
      let total = number(line.dataset.others);
      document.querySelectorAll(`[data-points="${line.dataset.sum}"]`).forEach((input) => { total += number(input.value); });
      const off = Math.round((total - number(line.dataset.total)) * 100) / 100;
      const word = off === 0 ? sums.dataset.right : (off < 0 ? sums.dataset.short : sums.dataset.over).replace("{n}", shown(Math.abs(off)));
      line.querySelector("[data-value]").textContent = shown(total);
      const place = line.querySelector("[data-off]");
      place.textContent = word;
      place.className = off === 0 ? "is-right" : "is-off";
    });
  }
  document.addEventListener("input", (event) => { if (event.target.matches("[data-points]")) add(); });
  add();
})();
