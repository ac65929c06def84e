/* Quick order: rows that lead on, codes from the camera, and a preview that can be loaded again. Without it the page's
   forms and buttons do the same. */
(() => {
  "use strict";

  const root = document;
  const rows = () => root.getElementById("entry-rows");
  const codes = () => [...rows().querySelectorAll("[name=code]")];

  const addRow = () => {
    const row = root.getElementById("entry-row").content.firstElementChild.cloneNode(true);
    rows().append(row);
    if (window.htmx) window.htmx.process(row);
    return row.querySelector("[name=code]");
  };

  const check = (field) => field.dispatchEvent(new Event("change", { bubbles: true }));

  /* The next empty row, made if there is none. */
  const emptyRow = () => codes().find((field) => !field.value.trim()) || addRow();

  root.addEventListener("keydown", (event) => {
    // While a syllable is being composed, Enter belongs to the input method.
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    const row = event.target instanceof Element && event.target.closest("[data-row]");
    if (!row || !event.target.matches("input")) return;
    event.preventDefault();
    if (event.target.name === "code") return row.querySelector("[name=quantity]").focus();
    const all = codes();
    const next = all[all.indexOf(row.querySelector("[name=code]")) + 1];
    (next || addRow()).focus();
  });

  root.addEventListener("click", (event) => {
    const target = event.target;
    if (!(target instanceof Element)) return;
    if (target.closest("[data-add-row]")) {
      event.preventDefault();
      return addRow().focus();
    }
    const pick = target.closest("[data-pick]");
    if (!pick) return;
    const row = pick.closest("[data-row]");
    const field = row.querySelector("[name=code]");
    field.value = pick.dataset.pick;
    check(field);
    row.querySelector("[name=quantity]").focus();
  });

  /* A code the camera has read becomes a row, if the camera was opened from here. */
  let forRow = false;
  root.addEventListener(
    "click",
    (event) => {
      const scan = event.target instanceof Element && event.target.closest("[data-scan]");
      if (scan) forRow = scan.hasAttribute("data-scan-row");
    },
    true,
  );
  root.addEventListener("scanned", (event) => {
    if (!forRow || !rows()) return;
    event.preventDefault();
    const field = emptyRow();
    field.value = event.detail.code;
    check(field);
    field.closest("[data-row]").querySelector("[name=quantity]").focus();
  });

  /* The answer to a form has an address of its own: loading again asks for that, and sends nothing twice. */
  const start = () => {
    const entry = root.querySelector("[data-entry]");
    if (entry && location.pathname !== entry.dataset.entry) history.replaceState(null, "", entry.dataset.entry);
  };
  if (root.readyState === "loading") root.addEventListener("DOMContentLoaded", start);
  else start();
})();
