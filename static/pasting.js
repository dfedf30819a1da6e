/* Pasting from Word, WPS and Excel into a text: paragraphs, numbering and simple tables stay, styles go. A table becomes one
   line a row with ｜ between the cells, which reads the same wherever the text is shown. <textarea data-paste> */
(function () {
  "use strict";
  const BLOCKS = new Set("ADDRESS ARTICLE ASIDE BLOCKQUOTE CENTER DD DIV DL DT FIGCAPTION FIGURE FOOTER FORM H1 H2 H3 H4 H5 H6 HEADER HR LI MAIN NAV OL P PRE SECTION TABLE TR UL CAPTION".split(" "));
  const SILENT = new Set("HEAD STYLE SCRIPT TITLE META LINK XML TEMPLATE OBJECT IFRAME SVG NOSCRIPT SELECT BUTTON".split(" "));
  const CELL = "｜", BULLET = "• ", INDENT = "　";
  const WIDE = "[\\u2E80-\\u9FFF\\uF900-\\uFAFF\\uFF00-\\uFFEF\\u3000-\\u303F]";

  const styleOf = (node) => (node.getAttribute("style") || "").replace(/\s+/g, "").toLowerCase();
  function isHidden(node) {
    const style = styleOf(node);
    return SILENT.has(node.tagName.toUpperCase()) || style.includes("display:none") || style.includes("mso-hide:all") || node.tagName.includes(":") && !node.textContent.trim();
  }

  /* White space as a page shows it: a line break in the source between two Chinese characters is nothing, elsewhere a space. */
  function folded(text) {
    return text.replace(/\u00a0/g, " ").replace(new RegExp(`(${WIDE})[ \\t]*[\\r\\n][ \\t\\r\\n]*(?=${WIDE})`, "g"), "$1").replace(/[ \t\r\n\f]+/g, " ");
  }

  /* Word and WPS write the number of a list paragraph as text; a sign of a picture font is just a bullet. */
  function marker(node) {
    const text = node.textContent.replace(/[\s\u00a0]+/g, "");
    return /[0-9a-z０-９一二三四五六七八九十①-⑳]/i.test(text) && !/wingdings|symbol/i.test(node.innerHTML + styleOf(node)) ? `${text} ` : BULLET;
  }

  function listMark(item) {
    const list = item.parentNode;
    let depth = 0;
    for (let above = list.parentNode; above; above = above.parentNode) depth += /^(OL|UL)$/.test(above.tagName || "");
    if (list.tagName !== "OL") return INDENT.repeat(depth) + BULLET;
    const before = Array.from(list.children).filter((other) => other.tagName === "LI");
    return `${INDENT.repeat(depth)}${Number(list.getAttribute("start") || 1) + before.indexOf(item)}. `;
  }

  function rowsOf(table) {
    const rows = Array.from(table.rows), grid = rows.map(() => []);
    rows.forEach((row, y) => {
      let x = 0;
      Array.from(row.cells).forEach((cell) => {
        while (grid[y][x] !== undefined) x += 1;
        const text = textOf(cell).replace(/\s*\n\s*/g, " ").trim();
        for (let down = 0; down < Math.max(1, cell.rowSpan) && y + down < rows.length; down += 1) {
          for (let across = 0; across < Math.max(1, cell.colSpan); across += 1) grid[y + down][x + across] = down || across ? "" : text;
        }
        x += Math.max(1, cell.colSpan);
      });
    });
    return grid.map((row) => Array.from(row, (text) => text || "")).filter((row) => row.some(Boolean));
  }

  /* Collected as lines; `open` says whether the last line may still grow. */
  function textOf(root) {
    const lines = [""];
    const breakLine = () => { if (lines[lines.length - 1].trim() || lines[lines.length - 1].startsWith(INDENT)) lines.push(""); };
    function visit(node) {
      if (node.nodeType === Node.TEXT_NODE) {
        const last = lines[lines.length - 1];
        const text = node.parentNode.closest && node.parentNode.closest("pre") ? node.data : folded(node.data);
        lines[lines.length - 1] += last === "" || last.endsWith(" ") ? text.replace(/^ /, "") : text;
        return;
      }
      if (node.nodeType !== Node.ELEMENT_NODE || isHidden(node)) return;
      if (node.tagName === "BR") { lines.push(""); return; }
      if (styleOf(node).includes("mso-list:ignore")) { lines[lines.length - 1] += marker(node); return; }
      if (node.tagName === "TABLE") {
        breakLine();
        const rows = rowsOf(node);
        rows.forEach((row) => { lines[lines.length - 1] = row.join(CELL); lines.push(""); });
        return;
      }
      const isBlock = BLOCKS.has(node.tagName);
      if (isBlock) breakLine();
      if (node.tagName === "LI") lines[lines.length - 1] = listMark(node);
      node.childNodes.forEach(visit);
      if (isBlock) breakLine();
    }
    root.childNodes.forEach(visit);
    return lines.map((line) => line.replace(/ +$/, "").replace(/^ +/, "")).join("\n").replace(/^\n+|\n+$/g, "");
  }

  function plain(html) {
    /* Only what lies between the marks is the selection; a parsed document runs nothing and fetches nothing. */
    const body = new DOMParser().parseFromString(html, "text/html").body;
    return textOf(body).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "");
  }

  document.addEventListener("paste", (event) => {
    const box = event.target;
    if (!box.matches || !box.matches("textarea[data-paste]") || !event.clipboardData) return;
    const html = event.clipboardData.getData("text/html");
    const text = html && plain(html);
    if (!text) return;
    event.preventDefault();
    /* This way the browser's own undo knows of it. */
    if (!document.execCommand("insertText", false, text)) {
      box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
    box.dispatchEvent(new Event("cleaned", { bubbles: true }));
  });
})();
