/* Evidence to look at. Pictures that were not drawn yet (answered with 202) are asked for again, less and less often;
   the viewer is worked by keyboard, zooms and turns. Without script its links do the same, and a reload shows new pictures. */
(function () {
  "use strict";

  function askAgain(picture, wait) {
    setTimeout(async () => {
      if (!picture.isConnected) return;
      const answer = await fetch(picture.src).catch(() => null);
      if (!answer || answer.status === 202 || answer.status >= 500) askAgain(picture, Math.min(wait * 1.5, 20000));
      else if (picture.dataset.pending === "page") location.reload();
      else if (answer.ok) {
        const drawn = URL.createObjectURL(await answer.blob());
        picture.onload = () => URL.revokeObjectURL(drawn);
        picture.src = drawn;
      }
    }, wait);
  }
  function prepare(piece) {
    piece.querySelectorAll("img[data-pending]").forEach((picture) => askAgain(picture, 2000));
  }
  prepare(document);
  document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) prepare(event.target); });

  const viewer = document.querySelector("[data-viewer]");
  if (!viewer) return;
  const stage = viewer.querySelector("[data-stage]"), sheet = viewer.querySelector("[data-sheet]");
  const steps = 4;
  let zoom = 0, turn = 0;
  function show() {
    sheet.className = `stage-sheet zoom-${zoom} turn-${turn * 90}`;
    viewer.querySelectorAll("[data-view-zoom]").forEach((button) => {
      const end = Number(button.dataset.viewZoom) > 0 ? steps : 0;
      button.setAttribute("aria-disabled", String(zoom === end));
    });
  }
  if (sheet) show();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-view-zoom], [data-view-turn]");
    if (!button) return;
    if (button.dataset.viewZoom) zoom = Math.min(steps, Math.max(0, zoom + Number(button.dataset.viewZoom)));
    else turn = (turn + 1) % 4;
    show();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
    const letters = event.key.length === 1;
    try { if (letters && localStorage.getItem("shortcuts") === "0") return; } catch (error) { /* then they stay on */ }
    if (event.key.startsWith("Arrow") && zoom && stage.contains(event.target)) return;  /* moves the enlarged picture */
    const key = event.key === "=" ? "+" : letters ? event.key.toLowerCase() : event.key;
    const target = document.querySelector(`[data-view-key="${CSS.escape(key)}"]`);
    if (!target) return;
    event.preventDefault();
    target.click();
  });
})();
