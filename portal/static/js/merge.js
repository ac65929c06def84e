/* What was changed without a network and kept on the phone (app.js) is sent one by one through the forms of the cart and of
   lists, and a word says what became of it. Loaded only where something is kept. */

const WORD = "portal-merged";
const TIMEOUT_MILLISECONDS = 15000;
const SIGN_IN = 401;
const bar = document.getElementById("merged-bar");
const words = bar.dataset;

const ask = (path, options) => fetch(path, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS), ...options });

const documentOf = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");

/* Both send one change and give what the server has against it, "" for nothing. They throw the status where this page may
   not ask (any more), and whatever fetch throws where there is no answer. */
const sendLine = async ({ path, was, wanted }) => {
  const token = document.querySelector("meta[name=csrf-token]").content;
  const headers = { "HX-Request": "true", "X-CSRFToken": token };
  const answer = await ask(path, { method: "POST", headers, body: new URLSearchParams({ quantity: wanted, was }) });
  if (answer.status === 404 || (answer.ok && answer.headers.has("HX-Redirect"))) return words.gone;
  if (![200, 409, 422].includes(answer.status)) throw answer.status;
  const { body } = await documentOf(answer);
  const line = body.querySelector(".line");
  const shown = line && document.getElementById(line.id);
  if (shown) {
    const how = { swapStyle: "outerHTML", swapDelay: 0, settleDelay: 0 };
    // Listeners to a swap ask what was swapped, as after a request.
    window.htmx.swap(shown, line.outerHTML, how, { eventInfo: { elt: shown, target: shown } });
  }
  return answer.ok ? "" : (body.querySelector("[id^=trouble-] p")?.textContent.trim() ?? words.gone);
};

const sendList = async ({ path, field: name, was, wanted }) => {
  const shown = await ask(path.replace(/\/lines$/, ""));
  if (shown.type === "opaqueredirect") throw SIGN_IN;
  if (shown.status === 404) return words.gone;
  if (!shown.ok) throw shown.status;
  const form = (await documentOf(shown)).getElementById("list-form");
  const field = form?.elements[name];
  if (!field) return words.gone;
  if (field.value === wanted) return "";
  if (field.value !== was) return words.differs.replace("{there}", field.value).replace("{wanted}", wanted);
  field.value = wanted;
  const answer = await ask(path, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  // Saved: the answer leads to the list.
  if (answer.type === "opaqueredirect") return "";
  if (![409, 422].includes(answer.status)) throw answer.status;
  return (await documentOf(answer)).querySelector(".again-notice, .line__message")?.textContent.trim() ?? words.gone;
};

const tell = (lines, announce) => {
  const items = lines.map((line) => Object.assign(document.createElement("li"), { textContent: line }));
  bar.querySelector("ul").replaceChildren(...items);
  bar.hidden = false;
  announce(lines.join(" "));
};

const mergeAll = async ({ kept, keep, announce, isBusy, back, later }) => {
  const saved = [];
  const lines = [];
  let isStale = false;
  let isAnswered = false;
  for (const [key, change] of Object.entries(kept())) {
    const { path, wanted, name } = change;
    const form = document.querySelector(`form[action="${path}"][data-autosubmit]`);
    if (form && isBusy(form)) continue;
    try {
      const against = await (path.startsWith("/lists/") ? sendList(change) : sendLine(change));
      if (against) lines.push(`${name}: ${against}`);
      else saved.push(`${name} × ${wanted}`);
    } catch (fault) {
      if (fault === SIGN_IN) lines.push(words.signIn);
      else later();
      break;
    }
    back();
    isAnswered = true;
    const now = kept();
    // What was changed again meanwhile stays for the next time.
    if (JSON.stringify(now[key]) === JSON.stringify(change)) delete now[key];
    keep(now);
    isStale ||= path === `${location.pathname}/lines`;
  }
  if (saved.length) lines.unshift(words.saved.replace("{lines}", saved.join(", ")));
  if (!lines.length) return;
  if (isStale) {
    sessionStorage.setItem(WORD, JSON.stringify(lines));
    location.reload();
    return;
  }
  tell(lines, announce);
  const sums = document.getElementById("cart-sums");
  if (sums && isAnswered) window.htmx.trigger(sums, "cart-changed");
};

/* connection: what app.js keeps, and how it is told. One window at a time: another one would send the same. */
export const merge = (connection) => {
  const word = sessionStorage.getItem(WORD);
  sessionStorage.removeItem(WORD);
  if (word) tell(JSON.parse(word), connection.announce);
  if (!navigator.locks) return mergeAll(connection);
  return navigator.locks.request(WORD, { ifAvailable: true }, (lock) => lock && mergeAll(connection));
};
