"use strict";
const unfold = (inner) => {
  for (let node = inner; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
};

// A link into something folded opens it; browsers that do so themselves do it only in part.
const openTarget = () => {
  const target = document.getElementById(location.hash.slice(1));
  if (!target) return;
  for (const over of document.querySelectorAll("[popover]")) if (over.matches(":popover-open")) over.hidePopover();
  if (target.closest("[data-row][hidden]")) { box.value = ""; search(); }
  unfold(target);
  target.scrollIntoView();
};
addEventListener("hashchange", openTarget);
addEventListener("load", openTarget);
// The same link twice changes no address, but what it leads to may have been folded since.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (link && link.getAttribute("href") === location.hash) setTimeout(openTarget);
});

// Search: a row is kept when it holds every word; what holds no kept row is folded away.
const box = document.getElementById("search_box");
const said = document.getElementById("search_said");
const rows = [...document.querySelectorAll("[data-row]")].map((row) => ({ row, text: row.textContent.toLowerCase() }));
const folds = [...document.querySelectorAll("details[data-fold]")];
let hits = [];
let at = -1;
let before = null;
const search = () => {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  at = -1;
  hits = [];
  for (const { row, text } of rows) {
    const kept = words.every((word) => text.includes(word));
    row.hidden = !kept;
    if (kept && words.length) hits.push(row);
  }
  if (words.length && !before) before = folds.map((fold) => fold.open);
  if (words.length) for (const fold of folds) fold.open = fold.querySelector("[data-row]:not([hidden])") !== null;
  if (!words.length && before) { folds.forEach((fold, place) => { fold.open = before[place]; }); before = null; }
  const count = (kind, noun) => {
    const number = hits.filter((row) => row.dataset.row === kind).length;
    return `${number} ${noun}${number === 1 ? "" : "s"}`;
  };
  said.textContent = !words.length ? "" : !hits.length ? "nothing found" :
    `${count("listing", "row")} in listings, ${count("subject", "subject")}, ${count("finding", "finding")}; Enter goes to the next`;
};
const go = (step) => {
  if (!hits.length) return;
  at = (at + step + hits.length) % hits.length;
  for (const row of document.querySelectorAll(".hit")) row.classList.remove("hit");
  hits[at].classList.add("hit");
  unfold(hits[at]);
  hits[at].scrollIntoView({ block: hits[at].tagName === "DETAILS" ? "start" : "center" });
  said.textContent = `${at + 1} of ${hits.length}`;
};
let waiting;
box.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(search, 150); });
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter") { event.preventDefault(); go(event.shiftKey ? -1 : 1); }
  if (event.key === "Escape") { box.value = ""; search(); }
});
document.getElementById("search").hidden = false;

// Paper cannot be unfolded: what is folded is printed open, and folded again on the screen.
let printed = [];
addEventListener("beforeprint", () => {
  printed = folds.filter((fold) => !fold.open);
  for (const fold of printed) fold.open = true;
});
addEventListener("afterprint", () => { for (const fold of printed) fold.open = false; });
