/* Places and days: the buttons beside a cell, and the sum of a line while it is typed. Without it the sums come with
   the answer. */
(() => {
  "use strict";

  const number = (field) => (/^[0-9]+$/.test(field.value.trim()) ? Number(field.value) : 0);

  const sumUp = (field) => {
    const line = field.closest("[data-assign]");
    const shown = line && line.querySelector("[data-assigned]");
    if (!shown) return;
    let sum = 0;
    for (const cell of line.querySelectorAll("[data-cell]")) sum += number(cell);
    const text = sum.toLocaleString(document.documentElement.lang);
    shown.textContent = shown.dataset.words.replace("{}", text);
    const all = sum === Number(shown.dataset.quantity);
    shown.classList.toggle("assigned--all", all);
    shown.classList.toggle("assigned--some", sum > 0 && !all);
  };

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-cell]")) sumUp(event.target);
  });

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-cell-move]");
    if (!button) return;
    const field = button.parentElement.querySelector("[data-cell]");
    const next = Math.max(0, number(field) + Number(button.dataset.cellMove));
    field.value = next ? String(next) : "";
    sumUp(field);
  });
})();
