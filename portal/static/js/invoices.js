/* What is ticked in the list of invoices is counted and summed at the foot of the page. Amounts are summed in the
   currency's smallest unit, as whole numbers. */
(() => {
  "use strict";

  const rows = document.getElementById("invoice-rows");
  const bar = document.getElementById("invoice-bar");
  const all = document.getElementById("invoice-all");
  if (!rows || !bar) return;
  const boxes = [...rows.querySelectorAll("[name=invoice]")];
  const sum = bar.querySelector("[data-sum]");
  const count = bar.querySelector("[data-count]");
  const currency = rows.firstElementChild.dataset.currency;
  const money = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency });
  const digits = money.resolvedOptions().maximumFractionDigits;

  const show = () => {
    const ticked = boxes.filter((box) => box.checked);
    const payable = ticked.filter((box) => box.dataset.payable);
    const minor = payable.reduce((total, box) => total + Number(box.dataset.payable.replace(".", "")), 0);
    sum.textContent = money.format(minor / 10 ** digits);
    bar.hidden = ticked.length === 0;
    const words = count.dataset;
    count.textContent = ticked.length === 0 ? words.none : ticked.length === 1 ? words.one : words.many.replace("{count}", ticked.length);
    for (const button of bar.querySelectorAll("[data-needs]")) button.disabled = (button.dataset.needs === "payable" ? payable : ticked).length === 0;
    all.checked = ticked.length === boxes.length;
    all.indeterminate = ticked.length > 0 && ticked.length < boxes.length;
  };

  rows.addEventListener("change", show);
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  // Back to this page, browsers tick again what was ticked.
  addEventListener("pageshow", show);
  show();
})();
