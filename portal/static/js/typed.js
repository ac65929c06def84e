/* What is typed outlives a change of language or place, and signing in again: it is put back into the same fields of the same
   page, for the same person at the same account, once. Loaded with the first letter that is typed, and where something waits.
   Only what a person sees and changed is kept, in this tab: no password, no file, no token. */

const KEPT = "portal-typed";
const root = document;
const { who } = root.body.dataset;
const touched = new Set();
let waiting = new Map();

const isTyped = ({ form, name, type }) => form?.method === "post" && name && !/hidden|password|file/.test(type) && !form.matches("[data-autosubmit]");

/* Where a field stands, by what is the same in every language. */
const placeOf = (field) => {
  const near = field.closest("[id], [data-sku]");
  return [near.id || near.dataset.sku, field.form.getAttribute("action"), field.name].join(" ");
};

const isTicked = ({ type }) => /checkbox|radio/.test(type);

const fields = () => {
  const found = new Map();
  for (const field of root.querySelectorAll("main :is(input, select, textarea)")) {
    if (!isTyped(field)) continue;
    const place = placeOf(field) + (isTicked(field) ? ` ${field.value}` : "");
    if (found.has(place)) found.get(place).push(field);
    else found.set(place, [field]);
  }
  return found;
};

export const touch = (field) => isTyped(field) && field.closest("main") && touched.add(placeOf(field));

/* What was typed before the page answered a form is no change of it, so there all is kept. What the button itself says is not. */
const keep = (isAnswer, button) => {
  const kept = [...fields()]
    .filter(([, [field]]) => field.name !== button?.name && (isAnswer || touched.has(placeOf(field))))
    .map(([place, same]) => [place, same.map((field) => (isTicked(field) ? field.checked : field.value))]);
  kept.push(...waiting);
  try {
    if (kept.length) sessionStorage.setItem(KEPT, JSON.stringify({ path: location.pathname, who, kept }));
  } catch {
    // A browser that keeps nothing changes the language all the same.
  }
};

root.addEventListener("submit", ({ target, submitter, defaultPrevented }) => {
  const { keepsTyped } = target.dataset;
  if (!keepsTyped || defaultPrevented) return;
  const isAnswer = keepsTyped === "POST";
  // The answer has taken an address of its own.
  if (isAnswer && location.href !== performance.getEntriesByType("navigation")[0].name) target.elements.next.value = location.pathname + location.search;
  keep(isAnswer, submitter);
});
root.addEventListener("click", ({ target }) => target.closest("a[data-keeps-typed]") && keep(false));

/* The session has ended: a form goes again as it would without scripts, and the sign-in page keeps what was typed. */
export const sendAsPage = ({ path, formData }) => {
  const form = Object.assign(root.createElement("form"), { method: "post", action: path, hidden: true });
  for (const [name, value] of formData) form.append(Object.assign(root.createElement("input"), { type: "hidden", name, value }));
  root.body.append(form);
  form.submit();
};

/* Parts that a page fetches later get theirs when they come. */
const fill = () => {
  if (!waiting.size) return;
  const more = root.querySelector("[data-add-row]");
  for (const [place, values] of waiting)
    for (let missing = values.length - (fields().get(place)?.length ?? values.length); more && missing > 0; missing--) more.click();
  const changed = [];
  for (const [place, same] of fields()) {
    const values = waiting.get(place);
    if (!values) continue;
    waiting.delete(place);
    same.forEach((field, index) => {
      const value = values[index];
      const name = isTicked(field) ? "checked" : "value";
      touch(field);
      if (value === undefined || field[name] === value) return;
      field[name] = value;
      for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
      changed.push(field);
    });
  }
  // Told once all are filled in: what a page asks for then holds them all.
  for (const field of changed) for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
};

const putBack = () => {
  const text = sessionStorage.getItem(KEPT);
  if (!text) return;
  const { path, who: whose, kept } = JSON.parse(text);
  // On the way through the sign-in page.
  if (whose && !who) return;
  sessionStorage.removeItem(KEPT);
  if (path !== location.pathname || whose !== who) return;
  waiting = new Map(kept);
  fill();
  root.addEventListener("htmx:afterSettle", fill);
};

putBack();
