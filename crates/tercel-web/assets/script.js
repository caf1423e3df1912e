// Comfort only: every page works without it.
"use strict";
// A form that was changed asks before it is left.
let changed = false;
document.querySelectorAll("form.entry").forEach((form) => {
  form.addEventListener("input", () => { changed = true; });
  // After the form is sent: a button that is disabled before is not sent with it, and "Check without saving" would save.
  form.addEventListener("submit", () => {
    changed = false;
    window.setTimeout(() => { form.querySelectorAll("button").forEach((button) => { button.disabled = true; }); }, 0);
  });
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

// What the rules say of the answers, while they are typed.
document.querySelectorAll("form[data-preview]").forEach((form) => {
  const place = form.querySelector("[data-remarks]");
  if (!place) { return; }
  let waiting = 0;
  form.addEventListener("change", () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(async () => {
      const body = new URLSearchParams(new FormData(form));
      body.set("check", "json");
      try {
        const answer = await fetch(form.dataset.preview, { method: "POST", body });
        if (!answer.ok) { return; }
        const said = await answer.json();
        const list = place.querySelector("ul");
        list.replaceChildren();
        const lines = [
          ...said.missing.map((line) => ["strong", `${said.gate}: ${line}`]),
          ...said.grades.map((line) => ["strong", line]),
          ...said.findings.map((line) => ["span", line]),
        ];
        lines.forEach(([tag, line]) => {
          const item = document.createElement("li");
          const text = document.createElement(tag);
          text.textContent = line;
          item.append(text);
          list.append(item);
        });
        place.hidden = list.children.length === 0;
      } catch { /* The check beside "Save" stays. */ }
    }, 400);
  });
});

// What is typed as a password can be looked at.
document.querySelectorAll('input[type="password"]').forEach((input) => {
  const label = document.createElement("label");
  label.className = "choice";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.addEventListener("change", () => { input.type = box.checked ? "text" : "password"; });
  label.append(box, ` ${document.body.dataset.show}`);
  (input.closest("label") ?? input).after(label);
  // It is sent, and kept by the browser, as a password.
  input.form?.addEventListener("submit", () => { input.type = "password"; });
});
