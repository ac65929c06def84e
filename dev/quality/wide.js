// Evaluated inside a page: the elements that stick out to the right, when the page scrolls sideways; else nothing.
() => {
  const width = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= width) return [];
  const found = [...document.body.querySelectorAll("*")]
    .filter((element) => element.getBoundingClientRect().right > width + 1)
    .map((element) => `${element.localName}.${[...element.classList].join(".")} ${Math.round(element.getBoundingClientRect().right)}`);
  return [`${document.scrollingElement.scrollWidth} of ${width} px: ${found.slice(-4).join(" | ")}`];
}
