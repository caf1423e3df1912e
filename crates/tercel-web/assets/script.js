// Comfort only: every page works without it.
"use strict";
// A form that was changed asks before it is left.
let changed = false;
document.querySelectorAll("form.entry").forEach((form) => {
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; form.querySelectorAll("button").forEach((button) => { button.disabled = true; }); });
});
window.addEventListener("beforeunload", (event) => { if (changed) { event.preventDefault(); } });
// "t" in an empty date takes today.
document.querySelectorAll('input[data-kind="date"]').forEach((input) => {
  input.addEventListener("keydown", (event) => {
    if (event.key === "t" && input.value === "") {
      event.preventDefault();
      const now = new Date();
      const two = (number) => String(number).padStart(2, "0");
      input.value = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
      changed = true;
    }
  });
});
