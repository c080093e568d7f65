// What a reader of the page would complain of, each as a line of text; `smallest` is a size of type in pixels.
smallest => {
  const found = [];
  const signs = new Set(["=", "+", "−", "⋅", "×", "≤", "≥", "<", ">"]);
  const canvas = document.createElement("canvas").getContext("2d");
  const named = node => `${node.tagName.toLowerCase()} "${node.textContent.trim().slice(0, 40)}"`;
  const seen = box => box.width > 0 && box.height > 0;

  // Where a glyph is black: a box of text is as high as its line.
  const measures = new Map();
  const measure = (font, text) => {
    canvas.font = font;
    return canvas.measureText(text);
  };
  const ink = (node, text, box) => {
    const style = getComputedStyle(node);
    const font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const key = font + text;
    if (!measures.has(key)) measures.set(key, measure(font, text));
    const measured = measures.get(key);
    const ascent = measured.fontBoundingBoxAscent;
    const scale = box.height / (ascent + measured.fontBoundingBoxDescent); // font-size-adjust
    const at = y => box.top + (ascent + y) * scale;
    return {
      left: box.left, right: box.right,
      top: at(-measured.actualBoundingBoxAscent), bottom: at(measured.actualBoundingBoxDescent),
    };
  };

  // All texts with their places. A sign that may grow with its neighbours has a box that fits it.
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim().replace("\u2061", ""), node = walker.currentNode.parentElement;
    if (!text || ["STYLE", "SCRIPT"].includes(node.tagName)) continue;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    for (const box of range.getClientRects()) {
      if (!seen(box)) continue;
      const grown = "()[]{}∑".includes(text);
      const place = grown ? node.getBoundingClientRect() : ink(node, text, box);
      texts.push({ node, text, left: place.left, right: place.right, top: place.top, bottom: place.bottom });
    }
  }
  if (!texts.length) found.push("nothing to read");

  const places = new Map();
  for (const text of texts) places.set(text.node, [...(places.get(text.node) ?? []), text]);

  // Texts over each other.
  texts.sort((a, b) => a.top - b.top);
  texts.forEach((one, n) => {
    for (let m = n + 1; m < texts.length && texts[m].top < one.bottom - 1.5; m++) {
      const other = texts[m];
      const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const high = Math.min(one.bottom, other.bottom) - other.top;
      if (wide > 1.5 && high > 1.5) found.push(`${named(one.node)} over ${named(other.node)}`);
    }
  });

  // Signs stand between what they are about: beside it, and on its line.
  for (const sign of document.querySelectorAll("mo")) {
    if (!signs.has(sign.textContent)) continue;
    const box = sign.getBoundingClientRect(), middle = (box.top + box.bottom) / 2;
    if (!seen(box)) found.push(`a sign is lost: ${named(sign.parentElement)}`);
    for (const [beside, side] of [[sign.previousElementSibling, -1], [sign.nextElementSibling, 1]]) {
      const next = beside?.getBoundingClientRect();
      if (!next || !seen(next) || beside.textContent === ",") continue;
      if (middle < next.top || middle > next.bottom) found.push(`${named(sign)} is not on the line of ${named(beside)}`);
      if (side < 0 ? next.right > box.right : next.left < box.left) found.push(`${named(sign)} is not beside ${named(beside)}`);
    }
  }
  // ... and so does an equals sign that a cell begins with.
  for (const cell of document.querySelectorAll("td + td > math")) {
    const left = cell.parentElement.previousElementSibling.firstElementChild;
    const sign = cell.querySelector(":scope > mo:first-of-type");
    if (!left || sign?.textContent !== "=" || getComputedStyle(cell.parentElement).display !== "table-cell") continue;
    const box = sign.getBoundingClientRect(), name = left.getBoundingClientRect(), middle = (box.top + box.bottom) / 2;
    if (middle < name.top || middle > name.bottom) found.push(`${named(sign)} is not on the line of ${named(left)}`);
  }

  // Equals signs in the same line of a chain stand at the same height.
  const first = math => { const sign = math.firstElementChild; return sign?.textContent === "=" ? sign.getBoundingClientRect() : null; };
  const chains = [...document.querySelectorAll("p")].map(line => [...line.querySelectorAll("math")].map(first).filter(Boolean));
  for (const chain of chains) chain.forEach((box, n) => {
    const before = chain[n - 1];
    if (before && before.left < box.left && Math.abs(before.bottom - box.bottom) > 1.5) found.push("equals signs of a line at different heights");
  });

  // A numerator above its denominator, a limit below its sum.
  for (const pair of document.querySelectorAll("mfrac, munder")) {
    const inside = node => [node, ...node.querySelectorAll("*")].flatMap(one => places.get(one) ?? []);
    const low = Math.max(...inside(pair.children[0]).map(text => text.bottom));
    const high = Math.min(...inside(pair.children[1]).map(text => text.top));
    if (low > high + 0.5) found.push(`${named(pair.children[0])} reaches into ${named(pair.children[1])}`);
  }

  // Nothing wider than the page; what scrolls in a box of its own may be. Nothing is cut off.
  const width = document.documentElement.clientWidth;
  const once = ask => { const known = new Map(); return node => known.get(node) ?? known.set(node, ask(node)).get(node); };
  const scrolls = once(node => node && (["auto", "scroll"].includes(getComputedStyle(node).overflowX) || scrolls(node.parentElement)));
  if (document.documentElement.scrollWidth > width) found.push(`the page is ${document.documentElement.scrollWidth} wide, the window ${width}`);
  for (const { node, left, right } of texts) {
    if ((left < -1 || right > width + 1) && !scrolls(node)) found.push(`${named(node)} reaches beyond the page`);
  }

  // No box that is as high as it likes scrolls up and down for a pixel or two, or hides them.
  for (const node of document.body.querySelectorAll("*")) {
    const { overflowY, maxHeight } = getComputedStyle(node);
    if (overflowY !== "visible" && maxHeight === "none" && node.scrollHeight > node.clientHeight) {
      found.push(`${named(node)} is ${node.scrollHeight} high in a box of ${node.clientHeight}`);
    }
  }

  // Large enough, and dark enough on what is behind it (WCAG 2.2, 1.4.3).
  const channels = colour => colour.match(/[\d.]+/g).map(Number);
  const over = ([r, g, b, alpha = 1], below) => [r, g, b].map((c, n) => c * alpha + below[n] * (1 - alpha));
  const bottom = matchMedia("(prefers-color-scheme: dark)").matches && getComputedStyle(document.documentElement).colorScheme.includes("dark") ? [18, 18, 18] : [255, 255, 255];
  const behind = once(node => node ? over(channels(getComputedStyle(node).backgroundColor), behind(node.parentElement)) : bottom);
  const light = ([r, g, b]) => [0.2126 * r, 0.7152 * g, 0.0722 * b].reduce((sum, _, n) => {
    const c = [r, g, b][n] / 255;
    return sum + [0.2126, 0.7152, 0.0722][n] * (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  }, 0);
  for (const { node } of texts) {
    const style = getComputedStyle(node), size = parseFloat(style.fontSize), ground = behind(node);
    if (size < smallest) found.push(`${named(node)} is ${size.toFixed(1)} pixels high`);
    const [a, b] = [light(over(channels(style.color), ground)), light(ground)].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) found.push(`${named(node)} is pale: ${style.color} on ${ground}`);
  }
  return found;
}
