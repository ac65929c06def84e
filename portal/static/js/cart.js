/* The cart's sums. A change of a line is answered with the line alone; what hangs on the whole cart is asked for once the
   changes have been answered, and an answer that a newer change has overtaken is never shown. */
(() => {
  "use strict";

  const root = document;
  const SUMS_MILLISECONDS = 120;
  const sums = () => root.getElementById("cart-sums");
  const underWay = new Set();
  let soon = 0;

  const isChange = ({ elt, requestConfig }) => elt.id !== "cart-sums" && requestConfig.verb === "post" && requestConfig.path.startsWith("/cart/lines");

  const showBusy = () => {
    for (const id of ["cart-summary", "cart-bar"]) root.getElementById(id)?.setAttribute("aria-busy", "true");
  };

  root.addEventListener("htmx:configRequest", ({ detail }) => {
    const { elt, parameters } = detail;
    if (elt.id === "cart-sums") {
      // What the page shows: the answer has only what differs, be it changed by a bundle or on another screen.
      const lines = [...root.querySelectorAll(".line[data-quantity]")];
      const state = ({ id, dataset }) => `${id.slice("line-".length)}-${dataset.lineTotal ?? ""}-${dataset.quantity}`;
      parameters.shown = lines.map(state).join("~");
    } else if (elt.matches("form") && elt.elements.was) {
      // Should the answer to this be overtaken by the next tap, the quantity it made is one this page knows of.
      elt.elements.was.value += `,${parameters.quantity}`;
    }
  });

  root.addEventListener("htmx:beforeSend", ({ detail }) => {
    if (!sums() || !isChange(detail)) return;
    underWay.add(detail.xhr);
    clearTimeout(soon);
    window.htmx.trigger(sums(), "htmx:abort");
    showBusy();
  });

  root.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (!underWay.delete(detail.xhr) || underWay.size || !sums()) return;
    // Without an answer nothing is known: the bar that says so offers to try again, and the sums stay marked as old.
    if (!detail.xhr.status) return;
    clearTimeout(soon);
    soon = setTimeout(() => sums() && window.htmx.trigger(sums(), "cart-changed"), SUMS_MILLISECONDS);
  });
})();
