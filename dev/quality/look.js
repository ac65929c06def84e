// Evaluated inside a page: what a finger and an eye meet there. Gives lists of words, each naming one element.
() => {
  const FINGER = 44; // CSS pixels
  const FIELD = 16; // below this iPhones zoom in when a field is tapped
  const READABLE = 12;
  const SLACK = 0.6; // of a pixel, for what is rounded

  const name = (element) => {
    const classes = [...element.classList].map((one) => "." + one).join("");
    const words = (element.getAttribute("aria-label") || element.textContent || element.name || "").trim();
    return `${element.localName}${element.id ? "#" + element.id : ""}${classes} "${words.replace(/\s+/g, " ").slice(0, 24)}"`;
  };
  const seen = (element) => {
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
    const box = element.getBoundingClientRect();
    // What is there for screen readers alone is clipped to a pixel.
    return box.width > 1 && box.height > 1;
  };
  // A link within a sentence is as tall as its line (WCAG 2.5.8 and 2.5.5 except it).
  const inSentence = (element) => {
    if (element.localName !== "a" || getComputedStyle(element).display !== "inline") return false;
    return [...element.parentElement.childNodes].some((node) => node.nodeType === 3 && /\p{L}/u.test(node.data));
  };
  const labels = (element) => [...(element.labels || [])];
  const reaches = (element, x, y) => {
    const hit = document.elementFromPoint(x, y);
    if (!hit) return false;
    if (element.contains(hit)) return true;
    return labels(element).some((label) => label.contains(hit));
  };
  const isTarget = (element) => {
    const boxes = [element, ...labels(element)].filter(seen).map((one) => one.getBoundingClientRect());
    if (boxes.some((box) => box.width >= FINGER - SLACK && box.height >= FINGER - SLACK)) return true;
    // Smaller than it may look: the area around it may belong to it.
    element.scrollIntoView({ block: "center", behavior: "instant" });
    const box = element.getBoundingClientRect();
    const x = box.left + box.width / 2, y = box.top + box.height / 2, half = FINGER / 2 - 1;
    return [[-half, 0], [half, 0], [0, -half], [0, half]].every(([right, down]) => reaches(element, x + right, y + down));
  };

  const targets = [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=tab], [role=option]",
  )].filter((element) => !element.disabled && !element.closest(".visually-hidden"));
  const small = targets
    .filter((element) => (seen(element) || labels(element).some(seen)) && !inSentence(element) && !isTarget(element))
    .map((element) => {
      const box = element.getBoundingClientRect();
      return `${name(element)} ${Math.round(box.width)}x${Math.round(box.height)}`;
    });

  const fields = [...document.querySelectorAll("input:not([type=hidden], [type=checkbox], [type=radio], [type=file]), select, textarea")]
    .filter((element) => seen(element) && parseFloat(getComputedStyle(element).fontSize) < FIELD)
    .map(name);

  const tiny = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !seen(parent)) continue;
    if (parseFloat(getComputedStyle(parent).fontSize) < READABLE - 0.01) tiny.add(name(parent));
  }
  window.scrollTo(0, 0);
  return { targets: small, fields, texts: [...tiny] };
}
