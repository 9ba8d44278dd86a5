"use strict";
// Tables sort by a click on their heads; without this script they read as they are.
const SECONDS = {d: 86400, h: 3600, min: 60, s: 1};
function valueOf(row, column) {
  const cell = row.cells[column];
  const text = (cell ? cell.textContent : "").trim();
  const parts = Array.from(text.matchAll(/(\d+) (d|h|min|s)\b/g));
  if (parts.length) {
    return [text, parts.reduce((sum, [, n, unit]) => sum + n * SECONDS[unit], 0)];
  }
  // numbers may have a true minus, commas, a bracket in front
  const plain = text.replace(/\u2212/g, "-").replace(/,/g, "").replace(/^[\[<]/, "");
  return [text, parseFloat(plain)];
}
function sortBy(table, column, head) {
  const ascending = head.getAttribute("aria-sort") !== "ascending";
  const isText = head.classList.contains("text");
  const rows = Array.from(table.tBodies[0].rows);
  rows.sort((first, second) => {
    const [a, x] = valueOf(first, column);
    const [b, y] = valueOf(second, column);
    if (isText) return a.localeCompare(b, "en", {numeric: true});
    if (isNaN(x) || isNaN(y)) return isNaN(x) - isNaN(y);
    return x - y;
  });
  if (!ascending) rows.reverse();
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
  table.tBodies[0].append(...rows);
}
for (const table of document.querySelectorAll("table.sortable")) {
  Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
    head.tabIndex = 0;
    head.addEventListener("click", () => sortBy(table, column, head));
    head.addEventListener("keydown", (event) => {
      if (event.key === "Enter") sortBy(table, column, head);
    });
  });
}
// What is folded on the screen is open on paper.
window.addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details")) part.open = true;
});
