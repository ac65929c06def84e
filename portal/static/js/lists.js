/* Lines of a list are dragged by their grip; the buttons up and down do the same without a script. */
(() => {
  "use strict";

  const lines = document.getElementById("list-lines");
  let dragged = null;

  const finish = () => {
    if (!dragged) return;
    dragged.classList.remove("again--dragged");
    dragged = null;
    const order = document.getElementById("list-order");
    order.value = [...lines.children].map((line) => line.dataset.line).join(",");
    order.dispatchEvent(new Event("change", { bubbles: true }));
  };

  /* Where the pointer is, the dragged line goes: before the first line whose middle is below it. */
  const follow = (event) => {
    if (!dragged) return;
    const below = [...lines.children].find((line) => {
      if (line === dragged) return false;
      const box = line.getBoundingClientRect();
      return event.clientY < box.top + box.height / 2;
    });
    if (below ? below.previousElementSibling !== dragged : lines.lastElementChild !== dragged) lines.insertBefore(dragged, below || null);
    const room = 80;
    if (event.clientY < room) scrollBy(0, -12);
    else if (event.clientY > innerHeight - room) scrollBy(0, 12);
  };

  if (lines) {
    lines.addEventListener("pointerdown", (event) => {
      const grip = event.target.closest("[data-grip]");
      if (!grip || !event.isPrimary) return;
      event.preventDefault();
      dragged = grip.closest("[data-line]");
      dragged.classList.add("again--dragged");
    });
    // On the document, because a line that is moved in the tree loses the pointer it had captured.
    document.addEventListener("pointermove", follow);
    document.addEventListener("pointerup", finish);
    document.addEventListener("pointercancel", finish);
    // The other forms of the page carry the version too: a saved quantity must not make them out of date.
    document.addEventListener("htmx:afterSwap", () => {
      const shown = document.querySelector("#list-around [name=version]");
      for (const field of document.querySelectorAll("[data-list-version]")) if (shown) field.value = shown.value;
    });
  }

  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-print]")) print();
  });
})();
