"use strict";
/* The signature pad: strokes as points in the pad's own units, whatever the size of the screen, kept in a hidden field as JSON. */
(function () {
  const WIDTH = 600, HEIGHT = 200, NEAR = 3, MOST_POINTS = 6000, MOST_STROKES = 200;

  document.querySelectorAll("[data-pad]").forEach((pad) => {
    const paper = pad.querySelector("svg"), ink = pad.querySelector("[data-ink]"), field = document.getElementById(pad.dataset.for);
    let strokes = [], current = null;
    try {
      strokes = JSON.parse(field.value) || [];
    } catch (error) { /* nothing was drawn yet */ }
    if (!Array.isArray(strokes)) strokes = [];

    const points = () => strokes.reduce((sum, stroke) => sum + stroke.length, 0);
    function draw() {
      ink.setAttribute("d", strokes.map((stroke) => `M${stroke.map((point) => point.join(" ")).join(" L")}${stroke.length === 1 ? " h0" : ""}`).join(" "));
    }
    function keep() {
      field.value = strokes.length ? JSON.stringify(strokes) : "";
      pad.querySelector("[data-pad-state]").textContent = strokes.length ? pad.dataset.some.replace("{n}", strokes.length) : pad.dataset.none;
      pad.querySelectorAll("button").forEach((button) => { button.disabled = !strokes.length; });
      draw();
    }
    function add(event) {
      const box = paper.getBoundingClientRect();
      const within = (value, most) => Math.min(most, Math.max(0, Math.round(value)));
      const x = within((event.clientX - box.left) / box.width * WIDTH, WIDTH), y = within((event.clientY - box.top) / box.height * HEIGHT, HEIGHT);
      const last = current[current.length - 1];
      if (points() >= MOST_POINTS || (last && Math.hypot(x - last[0], y - last[1]) < NEAR)) return;
      current.push([x, y]);
    }
    paper.addEventListener("pointerdown", (event) => {
      if (current || strokes.length >= MOST_STROKES || event.button > 0) return;
      event.preventDefault();
      paper.setPointerCapture(event.pointerId);
      current = [];
      current.pointer = event.pointerId;
      strokes.push(current);
      add(event);
      draw();
    });
    paper.addEventListener("pointermove", (event) => {
      if (!current || event.pointerId !== current.pointer) return;
      const moves = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
      (moves.length ? moves : [event]).forEach(add);
      draw();
    });
    function lift(event) {
      if (!current || event.pointerId !== current.pointer) return;
      if (!current.length) strokes.pop();
      current = null;
      keep();
    }
    paper.addEventListener("pointerup", lift);
    paper.addEventListener("pointercancel", lift);
    pad.querySelector("[data-pad-undo]").addEventListener("click", () => { strokes.pop(); keep(); });
    pad.querySelector("[data-pad-clear]").addEventListener("click", () => { strokes = []; keep(); });
    keep();
  });
})();
