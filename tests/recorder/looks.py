"""What a screen looks like to a hand and an eye: how large, how clear, and whether anything is cut off."""

from playwright.sync_api import Page

SMALLEST_PX = 48
LEAST_CONTRAST = {"light": 7.0, "dark": 4.5}

CONTROLS = """() => {
  const seen = (one) => one.getClientRects().length && getComputedStyle(one).visibility === "visible";
  const all = document.querySelectorAll("button, a[href], input, select, textarea, summary");
  return [...all].filter((one) => seen(one) && !one.closest(".unseen") && !one.matches(".unseen"))
    .map((one) => {
      const box = one.getBoundingClientRect();
      return { name: one.outerHTML.slice(0, 90), width: box.width, height: box.height };
    });
}"""

CONTRASTS = """() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const paint = (colours) => {
    pen.clearRect(0, 0, 1, 1);
    for (const colour of colours) { pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); }
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const one = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !one.getClientRects().length) continue;
    if (one.closest(".unseen, noscript")) continue;
    const grounds = [];
    for (let at = one; at; at = at.parentElement) grounds.unshift(getComputedStyle(at).backgroundColor);
    const ground = light(paint(["#fff", ...grounds]));
    const ink = light(paint(["#fff", ...grounds, getComputedStyle(one).color]));
    const [more, less] = ink > ground ? [ink, ground] : [ground, ink];
    found.push([(more + 0.05) / (less + 0.05), walk.currentNode.data.trim().slice(0, 40)]);
  }
  return found;
}"""

# Words that are cut off; the head and the strip of timers show one line of each name on purpose.
CUT = """() => [...document.querySelectorAll("body *")].filter((one) => {
    if (!one.getClientRects().length || one.closest(".where, .strip-row, .unseen, svg")) return false;
    const { overflowX, overflowY } = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    const beside = box.right > innerWidth + 1 || box.left < -1;
    const wide = overflowX !== "visible" && one.scrollWidth > one.clientWidth + 1;
    const high = overflowY === "hidden" && one.scrollHeight > one.clientHeight + 1;
    return (beside || wide || high) && !one.matches("textarea, input, select, progress");
}).map((one) => one.outerHTML.slice(0, 120))"""


def show_text_at(page: Page, percent: int) -> None:
    """Enlarge the text as the phone's own settings do."""
    page.evaluate(f"document.documentElement.style.fontSize = '{percent * 1.0625}%'")


def assert_fits(page: Page, screen: str) -> None:
    """Every control is large enough, nothing is cut off, and nothing scrolls sideways."""
    found = page.evaluate(CONTROLS)
    small = [one for one in found if min(one["width"], one["height"]) < SMALLEST_PX - 0.5]
    assert not small, screen
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, screen
    assert not page.evaluate(CUT), screen


def assert_clear(page: Page, theme: str, screen: str) -> None:
    """Every text stands out from its ground."""
    weak = [one for one in page.evaluate(CONTRASTS) if one[0] < LEAST_CONTRAST[theme]]
    assert not weak, screen
