// Evaluated inside a page: the elements that stick out to the right, when the page scrolls sideways; else nothing.
() => {
  const width = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= width) return [];
  // What slides within a box of its own does not make the page wider.
  const slides = (element) => {
    for (let box = element.parentElement; box && box !== document.body; box = box.parentElement)
      if (getComputedStyle(box).overflowX !== "visible") return true;
    return false;
  };
  const found = [...document.body.querySelectorAll("*")]
    .filter((element) => element.getBoundingClientRect().right > width + 1 && !slides(element))
    .map((element) => `${element.localName}.${[...element.classList].join(".")} ${Math.round(element.getBoundingClientRect().right)}`);
  return [`${document.scrollingElement.scrollWidth} of ${width} px: ${found.slice(-4).join(" | ")}`];
}
