/* What changed between two texts, character by character, as pages show it: <del> and <ins>. */
(function () {
  "use strict";
  const MOST_CELLS = 4000000, CRUMB = 3;

  /* [before, after] pieces in order, equal ones the same on both sides: the longest common subsequence of what differs. */
  function between(a, b) {
    if (a.length * b.length > MOST_CELLS) return [[a.join(""), b.join(""), true]];
    const width = b.length + 1, longest = new Uint32Array((a.length + 1) * width);
    for (let i = a.length - 1; i >= 0; i -= 1) {
      for (let j = b.length - 1; j >= 0; j -= 1) {
        longest[i * width + j] = a[i] === b[j] ? longest[(i + 1) * width + j + 1] + 1 : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
      }
    }
    const found = [];
    const add = (before, after, changed) => {
      const last = found[found.length - 1];
      if (last && last[2] === changed) { last[0] += before; last[1] += after; } else found.push([before, after, changed]);
    };
    let i = 0, j = 0;
    while (i < a.length || j < b.length) {
      if (i < a.length && j < b.length && a[i] === b[j]) add(a[i++], b[j++], false);
      else if (j === b.length || (i < a.length && longest[(i + 1) * width + j] >= longest[i * width + j + 1])) add(a[i++], "", true);
      else add("", b[j++], true);
    }
    return found;
  }

  function pieces(before, after) {
    const a = Array.from(before), b = Array.from(after), shorter = Math.min(a.length, b.length);
    let start = 0, end = 0;
    while (start < shorter && a[start] === b[start]) start += 1;
    while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
    const head = a.slice(0, start).join(""), tail = a.slice(a.length - end).join("");
    const middle = between(a.slice(start, a.length - end), b.slice(start, b.length - end));
    /* An equal crumb of one or two characters between two changes joins them: people read phrases, not islands. */
    const joined = [];
    middle.forEach(([old, now, changed], place) => {
      const last = joined[joined.length - 1], isCrumb = !changed && old.length < CRUMB && place > 0 && place < middle.length - 1;
      if (last && last[2] && (changed || isCrumb)) { last[0] += old; last[1] += now; } else joined.push([old, now, changed]);
    });
    return [[head, head, false], ...joined, [tail, tail, false]];
  }

  window.showDifference = function (place, before, after) {
    const parts = [];
    pieces(before, after).forEach(([old, now, changed]) => {
      if (!changed) { parts.push(document.createTextNode(now)); return; }
      [["del", old], ["ins", now]].forEach(([tag, text]) => {
        if (!text) return;
        const mark = document.createElement(tag);
        mark.textContent = text;
        parts.push(mark);
      });
    });
    place.replaceChildren(...parts);
  };
})();
