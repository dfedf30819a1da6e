/* The plan's grid: drag a unit to another group or day; the cells where it may not go turn red while it moves. The same is
   done by the lists beside the grid, with or without script. Words come from the board's data attributes. */
(function () {
  "use strict";
  const FAR = 6; // pixels before a press becomes a drag
  const answers = {}; // one answer for a unit as long as the board stays as it is
  let drag = null, dragged = false;
  const board = () => document.querySelector("[data-plan-board]");
  const form = () => document.querySelector("[data-move-form]");
  const cells = () => Array.from(board().querySelectorAll("[data-cell]"));

  function check(chip) {
    const key = chip.dataset.visit;
    if (!answers[key]) {
      answers[key] = fetch(chip.dataset.check, { headers: { Accept: "application/json" } })
        .then((response) => (response.ok ? response.json() : Promise.reject(new Error(response.status))))
        .then((found) => found.cells);
      answers[key].catch(() => { delete answers[key]; });
    }
    return answers[key];
  }
  const sentences = (barred, key) => (barred && barred[key] ? barred[key].join(" ") : "");
  function note(text, isFree) {
    const place = document.querySelector("[data-move-note]");
    place.hidden = !text;
    place.textContent = text;
    place.classList.toggle("is-red", !isFree);
    place.classList.toggle("is-green", isFree);
  }

  /* Dragging */
  function start(event) {
    drag.ghost = drag.chip.cloneNode(true);
    drag.ghost.removeAttribute("href");
    drag.ghost.className = "plan-chip plan-ghost";
    document.body.appendChild(drag.ghost);
    drag.chip.classList.add("is-moving");
    board().classList.add("is-dragging");
    const moving = drag;
    check(drag.chip).then((barred) => {
      if (drag !== moving) return;
      drag.barred = barred;
      cells().forEach((cell) => cell.classList.toggle("is-barred", Boolean(barred[cell.dataset.cell])));
      over(drag.over);
    }, () => { if (drag === moving) note(board().dataset.unknown, false); });
    move(event);
  }
  function over(cell) {
    if (drag.over) drag.over.classList.remove("is-target");
    drag.over = cell;
    if (!cell || cell === drag.from) { note("", true); return; }
    cell.classList.add("is-target");
    if (drag.barred) {
      const against = sentences(drag.barred, cell.dataset.cell);
      drag.ghost.classList.toggle("is-red", Boolean(against));
      note(against || board().dataset.free, !against);
    }
  }
  function move(event) {
    drag.ghost.style.left = `${event.clientX + 10}px`;
    drag.ghost.style.top = `${event.clientY + 10}px`;
    const below = document.elementFromPoint(event.clientX, event.clientY);
    const cell = below && below.closest("[data-plan-board] [data-cell]");
    if (cell !== drag.over) over(cell);
  }
  function stop() {
    if (drag && drag.ghost) {
      drag.ghost.remove();
      drag.chip.classList.remove("is-moving");
      board().classList.remove("is-dragging");
      cells().forEach((cell) => cell.classList.remove("is-barred", "is-target"));
    }
    drag = null;
  }
  function choose(visit, key) {
    const [group, day] = key.split("|"), fields = form().elements;
    fields.visit.value = visit;
    fields.group.value = group;
    fields.on.value = day;
  }
  document.addEventListener("pointerdown", (event) => {
    const chip = event.target.closest("[data-plan-board] [data-visit]");
    if (!chip || event.button !== 0 || event.pointerType === "touch") return; // a finger scrolls; a tap chooses
    drag = { chip: chip, from: chip.closest("[data-cell]"), x: event.clientX, y: event.clientY, over: null };
    dragged = false;
  });
  document.addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (!drag.ghost && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < FAR) return;
    event.preventDefault();
    if (drag.ghost) move(event); else start(event);
  });
  document.addEventListener("pointerup", () => {
    if (!drag) return;
    const to = drag.ghost && drag.over !== drag.from ? drag.over : null, visit = drag.chip.dataset.visit;
    dragged = Boolean(drag.ghost);
    stop();
    if (to) {
      choose(visit, to.dataset.cell);
      form().requestSubmit();
    }
  });
  document.addEventListener("pointercancel", stop);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && drag) { stop(); note("", true); } });
  document.addEventListener("dragstart", (event) => { if (event.target.closest("[data-plan-board] [data-visit]")) event.preventDefault(); });

  /* Choosing: a click on a unit fills the lists, and the lists say what stands in the way before anything is moved */
  document.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-plan-board] [data-visit]");
    if (!chip) return;
    event.preventDefault();
    if (dragged) { dragged = false; return; }
    choose(chip.dataset.visit, chip.closest("[data-cell]").dataset.cell);
    note("", true);
    form().scrollIntoView({ block: "nearest" });
    form().elements.group.focus();
  });
  document.addEventListener("change", (event) => {
    const fields = form() && form().contains(event.target) ? form().elements : null;
    if (!fields) return;
    const chip = board().querySelector(`[data-visit="${CSS.escape(fields.visit.value)}"]`);
    if (!chip) return;
    if (event.target === fields.visit) choose(fields.visit.value, chip.closest("[data-cell]").dataset.cell);
    const key = `${fields.group.value}|${fields.on.value}`;
    if (key === chip.closest("[data-cell]").dataset.cell) { note("", true); return; }
    check(chip).then((barred) => {
      const against = sentences(barred, key);
      note(against || board().dataset.free, !against);
    }, () => note(board().dataset.unknown, false));
  });

  /* The board comes back whole: what was known of it is forgotten, and the unit that moved has the focus */
  let moved = "";
  document.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.elt === form()) moved = form().elements.visit.value; });
  document.addEventListener("htmx:afterSettle", () => {
    Object.keys(answers).forEach((key) => { delete answers[key]; });
    const chip = moved && board() && board().querySelector(`[data-visit="${CSS.escape(moved)}"]`);
    moved = "";
    if (chip) chip.focus({ preventScroll: true });
  });
})();
