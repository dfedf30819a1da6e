"use strict";
/* The workbench after a save in place: the new item's heading (or what is wrong) takes the focus, so that the digit keys score at once. */
document.addEventListener("htmx:load", (event) => {
  if (event.target.id !== "score") return;
  const place = event.target.querySelector("[data-error-summary], [data-focus]");
  if (place) place.focus({ preventScroll: true });
});
