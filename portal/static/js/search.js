/* The search field: suggestions while typing, the camera as a scanner, and what was chosen among the hits. Without this
   file the field is a form that leads to a page of results. Every listener sits on the document. */
(() => {
  "use strict";

  const root = document;
  const PAUSE_MILLISECONDS = 90;
  const LONGEST_PAUSE_MILLISECONDS = 240;
  const TIMEOUT_MILLISECONDS = 15000;
  const RETRY_MILLISECONDS = [400, 1500];
  const ANNOUNCE_MILLISECONDS = 900;

  const field = () => root.getElementById("search-field");
  const box = () => root.getElementById("suggestions");

  /* --- Suggestions ------------------------------------------------------------------------------------------------
     One text is wanted at a time. A newer one gives up the request under way, so at most one is waiting; an answer is
     shown only if its text is still the wanted one. The text is read from the field when it is sent, composition
     included: the last Korean syllable is always being composed. */

  let wanted = null;
  let request = null;
  let timer = 0;
  let since = 0;
  let saying = 0;

  const giveUp = () => {
    clearTimeout(timer);
    timer = since = 0;
    if (request) request.abort();
    request = null;
  };

  const put = (html) => {
    const list = box();
    list.innerHTML = html;
    list.scrollTop = 0;
    if (window.htmx) window.htmx.process(list);
    clearTimeout(saying);
    const found = list.querySelector("[data-announce]");
    if (!found) return;
    const say = () => root.dispatchEvent(new CustomEvent("announce", { detail: { message: found.dataset.announce } }));
    saying = setTimeout(() => found.isConnected && say(), ANNOUNCE_MILLISECONDS);
  };

  const clear = () => {
    giveUp();
    wanted = null;
    clearTimeout(saying);
    const list = box();
    if (!list || !list.firstChild) return false;
    list.textContent = "";
    return true;
  };

  const ask = async (attempt = 0) => {
    const text = field().value;
    giveUp();
    wanted = text;
    const mine = (request = new AbortController());
    const late = setTimeout(() => mine.abort("late"), TIMEOUT_MILLISECONDS);
    try {
      const address = `${field().dataset.suggest}?${new URLSearchParams({ q: text })}`;
      const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal: mine.signal });
      const html = answer.ok ? await answer.text() : "";
      if (request !== mine) return;
      request = null;
      if (answer.ok) put(html);
      // Signed out, or refused: the form itself leads on, and keeps what was typed.
      else if (answer.status < 500) {
        put("");
        const address = answer.headers.get("HX-Redirect");
        if (answer.status === 401) field().dispatchEvent(new CustomEvent("signed-out", { bubbles: true, detail: address }));
      }
      else throw new Error(String(answer.status));
    } catch {
      // Given up for a newer text, or put away: nobody waits for this one.
      if (request !== mine) return;
      request = null;
      // The last text is asked for again, quietly: nobody has pressed anything that could be said to have failed.
      if (attempt < RETRY_MILLISECONDS.length) timer = setTimeout(() => ask(attempt + 1), RETRY_MILLISECONDS[attempt]);
      else wanted = null;
    } finally {
      clearTimeout(late);
    }
  };

  const askSoon = () => {
    const text = field().value;
    if (text === wanted) {
      // Typed back to what is shown or under way.
      if (since) {
        clearTimeout(timer);
        timer = since = 0;
      }
      return;
    }
    const now = performance.now();
    since = since || now;
    clearTimeout(timer);
    timer = setTimeout(ask, Math.max(0, Math.min(PAUSE_MILLISECONDS, since + LONGEST_PAUSE_MILLISECONDS - now)));
  };

  const isField = (target) => target instanceof Element && target.id === "search-field";

  root.addEventListener("input", (event) => isField(event.target) && askSoon());
  root.addEventListener("compositionend", (event) => isField(event.target) && askSoon());
  // Before anything is typed the list offers what was searched for lately.
  root.addEventListener("focusin", (event) => isField(event.target) && askSoon());

  root.addEventListener("click", (event) => {
    const target = event.target;
    if (!(target instanceof Element)) return;
    if (isField(target)) return askSoon();
    // A part that was tapped may be gone from the page by now; it stood inside.
    if (target.isConnected && !target.closest("[data-search]")) clear();
  });

  root.addEventListener("focusout", (event) => {
    const place = event.target instanceof Element && event.target.closest("[data-search]");
    if (place && event.relatedTarget && !place.contains(event.relatedTarget)) clear();
  });

  const stops = () => [field(), ...box().querySelectorAll("a[href]")];

  const walk = (direction) => {
    const all = stops();
    const at = all.indexOf(root.activeElement);
    if (at < 0 || all.length === 1) return false;
    all[(at + direction + all.length) % all.length].focus();
    return true;
  };

  root.addEventListener("keydown", (event) => {
    const target = event.target;
    if (!(target instanceof Element) || !target.closest("[data-search]")) return;
    // While a syllable is being composed these keys belong to the input method; 229 is its own, in browsers that end
    // the composition before they tell of the key. Enter would send the field off, Escape would empty it.
    if (event.isComposing || event.keyCode === 229) {
      if (["Enter", "Escape"].includes(event.key) && isField(target)) event.preventDefault();
      return;
    }
    const direction = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    // In a quantity the arrows count.
    if (direction && !target.matches("[type=number]")) return walk(direction) && event.preventDefault();
    if (event.key !== "Escape") return;
    // A search field empties itself on Escape: the first one only puts the list away.
    const hadFocus = box().contains(root.activeElement);
    if (!clear()) return;
    event.preventDefault();
    if (hadFocus) field().focus({ preventScroll: true });
    // Focus alone must not bring it back.
    giveUp();
  });

  root.addEventListener("submit", (event) => {
    if (event.target instanceof Element && event.target.matches("[data-search] form[role=search]")) clear();
  });

  /* --- A quantity in a row of the list: the plus puts the first units in the cart, then it counts -------------------- */

  root.addEventListener("click", (event) => {
    const plus = event.target instanceof Element && event.target.closest("[data-first]");
    if (!plus) return;
    const open = () => {
      plus.form.classList.add("is-open");
      plus.form.querySelector('[data-move="1"]')?.focus({ preventScroll: true });
    };
    // After the frame that shows the tap: the stepper would hold it up.
    requestAnimationFrame(() => setTimeout(open));
  });

  /* --- What was chosen: opened or put in the cart, once for each product of a page ----------------------------------- */

  const NOTE_MILLISECONDS = 100;
  const told = new Set();

  const tell = (element) => {
    const row = element.closest("[data-sku]");
    const list = row && row.closest("[data-found-by]");
    if (!list || !list.dataset.foundBy || !navigator.sendBeacon) return;
    const key = `${list.dataset.foundBy} ${row.dataset.sku}`;
    if (told.has(key)) return;
    told.add(key);
    const rows = [...list.querySelectorAll("[data-sku]")];
    const values = new FormData();
    values.set("q", list.dataset.foundBy);
    values.set("sku", row.dataset.sku);
    values.set("position", Number(list.dataset.offset || 0) + rows.indexOf(row) + 1);
    values.set("csrf_token", root.querySelector('meta[name="csrf-token"]').content);
    navigator.sendBeacon("/search/chosen", values);
  };

  root.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a[href]");
    if (link) tell(link);
  });
  // The note can wait until the tap has been seen to be felt.
  root.addEventListener("submit", ({ target }) => setTimeout(() => tell(target), NOTE_MILLISECONDS));

  /* --- Filters come up as a sheet on a phone and stay open while boxes are ticked ------------------------------------ */

  let sheet = null;

  const isOpen = (element) => element && element.matches("[popover]") && element.matches(":popover-open");

  root.addEventListener("htmx:beforeSwap", (event) => {
    const filters = root.getElementById("facets");
    if (event.detail.target.id !== "results" || !filters) return;
    const opened = [...filters.querySelectorAll("details[open]")].map((part) => part.id);
    const held = root.activeElement && root.activeElement.id;
    sheet = { isOpen: isOpen(filters), top: filters.scrollTop, opened, held };
  });
  root.addEventListener("htmx:afterSwap", (event) => {
    const filters = root.getElementById("facets");
    if (event.detail.target.id !== "results" || !sheet || !filters) return;
    for (const id of sheet.opened) if (id && root.getElementById(id)) root.getElementById(id).open = true;
    if (sheet.isOpen) filters.showPopover();
    filters.scrollTop = sheet.top;
    const held = sheet.held && root.getElementById(sheet.held);
    if (held && root.activeElement === root.body) held.focus({ preventScroll: true });
    sheet = null;
  });

  /* --- The camera reads a code -------------------------------------------------------------------------------------- */

  const FORMATS = ["ean_13", "ean_8", "upc_a", "upc_e", "code_128", "qr_code"];
  const LOOK_MILLISECONDS = 150;

  const canScan = () => "BarcodeDetector" in window && navigator.mediaDevices && navigator.mediaDevices.getUserMedia;

  let stream = null;

  const stopScan = () => {
    for (const track of stream ? stream.getTracks() : []) track.stop();
    stream = null;
  };

  const look = async (dialog, video, detector) => {
    if (!dialog.open || !stream) return;
    const codes = video.readyState >= 2 ? await detector.detect(video).catch(() => []) : [];
    const code = codes.map((found) => found.rawValue.trim()).find(Boolean);
    if (!dialog.open) return;
    if (!code) return setTimeout(() => look(dialog, video, detector), LOOK_MILLISECONDS);
    stopScan();
    dialog.close();
    // A page may want the code for itself; then nobody leaves.
    if (!root.dispatchEvent(new CustomEvent("scanned", { detail: { code }, cancelable: true }))) return;
    location.assign(`${dialog.dataset.address}?${new URLSearchParams({ q: code })}`);
  };

  const scan = async () => {
    const dialog = root.getElementById("scan");
    const said = dialog.querySelector("[data-said]");
    const video = dialog.querySelector("video");
    clear();
    said.textContent = dialog.dataset.textAim;
    dialog.showModal();
    try {
      const known = await window.BarcodeDetector.getSupportedFormats();
      const detector = new window.BarcodeDetector({ formats: FORMATS.filter((format) => known.includes(format)) });
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
      if (!dialog.open) return stopScan();
      video.srcObject = stream;
      await video.play();
      look(dialog, video, detector);
    } catch (error) {
      stopScan();
      const denied = error && error.name === "NotAllowedError";
      said.textContent = denied ? dialog.dataset.textDenied : dialog.dataset.textNone;
    }
  };

  root.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-scan]")) scan();
  });
  // However the dialog is closed, the camera's light goes out.
  root.addEventListener("close", (event) => event.target.id === "scan" && stopScan(), true);

  const start = () => {
    for (const button of root.querySelectorAll("[data-scan]")) button.hidden = !canScan();
  };
  if (root.readyState === "loading") root.addEventListener("DOMContentLoaded", start);
  else start();
})();
