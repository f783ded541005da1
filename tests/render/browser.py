"""What the browser is asked of any page: the words whose contrast is under 4.5:1 (WCAG 2.2, 1.4.3)."""

LOW_CONTRAST = """
const part = c => { c /= 255; return c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4 };
const light = rgb => .2126 * part(rgb[0]) + .7152 * part(rgb[1]) + .0722 * part(rgb[2]);
const numbers = text => text.match(/[\\d.]+/g).map(Number);
const behind = node => { for (; node; node = node.parentElement) {
  const c = numbers(page.getComputedStyle(node).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255] };
const low = [];
let seen = 0;
for (const node of page.document.body.querySelectorAll("*")) {
  const words = [...node.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim()).join("");
  if (!words || !node.getClientRects().length || page.getComputedStyle(node).fontSize === "0px") continue;
  seen += 1;
  const [a, b] = [light(numbers(page.getComputedStyle(node).color)), light(behind(node))];
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  if (ratio < 4.5) low.push([words.slice(0, 40), Math.round(ratio * 100) / 100]);
}
return [seen, low];
"""
