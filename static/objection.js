/* The work a browser does before an objection is taken when many arrive (results/challenge.py): the first number which,
   hashed with the page's token, begins with enough zero bits. It starts when somebody begins to type, in small steps. */
(function () {
  "use strict";
  const form = document.querySelector("form[data-work-bits]");
  if (!form) return;
  const note = form.querySelector("[data-working]");
  const token = form.elements.token.value;
  const most = 2 ** (32 - Number(form.dataset.workBits));
  const STEP = 3000;
  let next = 0, found = "", running = false, waiting = null, typed = false;

  /* SHA-256 (FIPS 180-4), of which only the first word is needed. Written out because pages without https lack crypto.subtle. */
  const primes = [];
  for (let n = 2; primes.length < 64; n += 1) if (primes.every((p) => n % p)) primes.push(n);
  const part = (root) => Math.floor((root - Math.floor(root)) * 4294967296);
  const START = primes.slice(0, 8).map((p) => part(Math.sqrt(p)) | 0);
  const ROUND = primes.map((p) => part(Math.cbrt(p)) | 0);
  const turn = (word, by) => (word >>> by) | (word << (32 - by));

  function firstWord(text) {
    const blocks = (text.length + 72) >> 6;
    const words = new Int32Array(blocks * 16);
    for (let at = 0; at < text.length; at += 1) words[at >> 2] |= text.charCodeAt(at) << (24 - (at % 4) * 8);
    words[text.length >> 2] |= 0x80 << (24 - (text.length % 4) * 8);
    words[words.length - 1] = text.length * 8;
    const state = START.slice();
    const w = new Int32Array(64);
    for (let block = 0; block < words.length; block += 16) {
      let [a, b, c, d, e, f, g, h] = state;
      for (let t = 0; t < 64; t += 1) {
        if (t < 16) w[t] = words[block + t];
        else {
          const x = w[t - 15], y = w[t - 2];
          w[t] = (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10)) + w[t - 7] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + w[t - 16];
        }
        const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUND[t] + w[t]) | 0;
        const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
      }
      [a, b, c, d, e, f, g, h].forEach((word, at) => { state[at] = (state[at] + word) | 0; });
    }
    return state[0] >>> 0;
  }

  function step() {
    for (const end = next + STEP; next < end; next += 1) {
      if (firstWord(`${token}:${next}`) < most) {
        found = String(next);
        form.elements.work.value = found;
        note.hidden = true;
        if (waiting) form.requestSubmit(waiting);
        return;
      }
    }
    setTimeout(step);
  }

  function begin() {
    if (running) return;
    running = true;
    step();
  }

  form.addEventListener("input", () => {
    typed = true;
    begin();
  });
  /* At the window, before the page's own listener takes the form for sent */
  window.addEventListener("submit", (event) => {
    if (event.target !== form || found) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting = event.submitter || form.querySelector("button:not([type=button])");
    note.hidden = false;
    begin();
  }, true);

  /* What was typed is kept nowhere but on this page: ask before it is left */
  form.addEventListener("submit", () => { typed = false; });
  window.addEventListener("beforeunload", (event) => {
    if (typed) event.preventDefault();
  });
}());
