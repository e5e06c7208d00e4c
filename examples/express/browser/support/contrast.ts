import type { Page } from "playwright-core";

/** Texts on the page whose contrast is less than WCAG AA asks for: 4.5, and 3 for large ones. */
export function faintTexts(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    type Color = readonly [number, number, number, number];
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const colors = new Map<string, Color>();
    const colorOf = (text: string): Color => {
      const known = colors.get(text) ?? readColor(text);
      colors.set(text, known);
      return known;
    };
    const readColor = (text: string): Color => {
      if (canvas === null) throw new Error("no canvas");
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = text;
      canvas.fillRect(0, 0, 1, 1);
      const [red = 0, green = 0, blue = 0, alpha = 0] = canvas.getImageData(0, 0, 1, 1).data;
      return [red, green, blue, alpha / 255];
    };
    const over = ([r, g, b, a]: Color, [R, G, B]: Color): Color => [
      ...([r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)] as const),
      1,
    ];
    const light = ([r, g, b]: Color) => {
      const [red = 0, green = 0, blue = 0] = [r, g, b].map((part) => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const grounds = new WeakMap<Element, Color>();
    const groundOf = (element: Element | null): Color => {
      if (element === null) return [255, 255, 255, 1];
      const known = grounds.get(element) ?? readGround(element);
      grounds.set(element, known);
      return known;
    };
    const readGround = (element: Element): Color => {
      const color = colorOf(getComputedStyle(element).backgroundColor);
      return color[3] === 1 ? color : over(color, groundOf(element.parentElement));
    };
    const found: string[] = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode() !== null) {
      const element = texts.currentNode.parentElement;
      const words = texts.currentNode.textContent?.trim() ?? "";
      if (element === null || words === "" || !element.checkVisibility({ visibilityProperty: true })) continue;
      const faded = element.closest(":disabled, .is-saved, option, script, noscript");
      if (faded !== null) continue;
      const { color, fontSize } = getComputedStyle(element);
      const ground = groundOf(element);
      const [one, other] = [light(over(colorOf(color), ground)), light(ground)];
      const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
      if (contrast < (Number.parseFloat(fontSize) >= 24 ? 3 : 4.5))
        found.push(`${words.slice(0, 40)}: ${contrast.toFixed(2)}`);
    }
    return [...new Set(found)];
  });
}
