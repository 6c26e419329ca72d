/* Axe, which measures each look of text once. Measuring contrast is most of what axe costs, and
 * most of the text in view stands in the markup and the colours of text measured before. */
(() => {
  const CONTRAST = "color-contrast";
  const UNKNOWN = "data-unknown-look";
  const FIELDS = ["input", "select", "textarea", "button"];
  const OF_EACH_LOOK = 4; // one may be covered or cut off: axe would not tell
  const MAKES_A_LOOK = [
    "color", "background-color", "background-image", "opacity", "filter", "mix-blend-mode",
    "font-size", "font-weight", "text-shadow", "-webkit-text-stroke-width", "position",
  ];
  const SEEN_THROUGH = /^(rgba.*,|color.*\/) 0(\.\d+)?\)$/; // as "rgba(0, 0, 0, 0.5)"

  let looks = new Map(); // of each element that shows text
  let around = new Map();

  /** Return a number that stands for a text (cyrb53): 53 bits are too many to meet by chance. */
  function short(text) {
    let high = 0xdeadbeef;
    let low = 0x41c6ce57;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      high = Math.imul(high ^ code, 2654435761);
      low = Math.imul(low ^ code, 1597334677);
    }
    high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
    low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
    return 4294967296 * (2097151 & low) + (high >>> 0);
  }

  /** Return the backgrounds behind the middle of a box; null where the middle is out of view. */
  function beneath(element) {
    const box = element.getBoundingClientRect();
    const stack = document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    if (!stack.includes(element)) return null;
    return stack.map((each) => getComputedStyle(each).backgroundColor).join(";");
  }

  /** Read an element's look into the map: its markup and colours, after those of all around it.
   * What hangs over a thing that it does not stand in has the look of that too, or none. */
  function read(element) {
    if (element === null) return { own: "", behind: "" };
    if (around.has(element)) return around.get(element);
    let { own, behind } = read(element.parentElement);
    const style = getComputedStyle(element);
    const colours = MAKES_A_LOOK.map((name) => style.getPropertyValue(name)).join(";");
    own = short(`${own} ${element.localName}.${element.getAttribute("class")} ${colours}`);
    if (!SEEN_THROUGH.test(style.backgroundColor)) behind = "";
    else if (!["static", "relative"].includes(style.position)) behind = beneath(element);
    around.set(element, { own, behind });
    return { own, behind };
  }

  /** Say whether axe would measure a contrast here: a field, or text of its own, in sight. */
  function showsText(element) {
    const holds = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim();
    const may = FIELDS.includes(element.localName) || [...element.childNodes].some(holds);
    return may && element.checkVisibility({ visibilityProperty: true }) && !isHeardAlone(element);
  }

  /** Say whether an element is cut down to a pixel: it is there to be heard. */
  function isHeardAlone(element) {
    return element.offsetWidth <= 1 && getComputedStyle(element).overflow === "hidden";
  }

  /** Return every look of text in the page in view. */
  window.looksInView = () => {
    looks = new Map();
    around = new Map();
    for (const element of document.querySelectorAll("body, body *")) {
      if (!showsText(element)) continue;
      const { own, behind } = read(element);
      looks.set(element, behind === null ? null : short(`${own} ${behind}`));
    }
    return [...new Set(looks.values())].filter((each) => each !== null);
  };

  /** Return what is to be measured: all that has no look, and a few of each look not known. */
  function unmeasured(known) {
    const taken = new Map();
    return [...looks.keys()].filter((element) => {
      const its = looks.get(element);
      taken.set(its, (taken.get(its) ?? 0) + 1);
      return its === null || (!known.has(its) && taken.get(its) <= OF_EACH_LOOK);
    });
  }

  /** Report violations, and the looks settled: measured and enough, or against an image, which
   * axe does not measure. What was in part covered is not settled: elsewhere it may not be. */
  function report(rules, _options, done) {
    const { passes = [], incomplete = [] } = rules.find((rule) => rule.id === CONTRAST) ?? {};
    const settled = [
      ...passes.filter(({ any }) => any[0].data?.contrastRatio),
      ...incomplete.filter(({ any }) => any[0].data?.messageKey === "bgImage"),
    ];
    done({
      violations: rules.filter((rule) => rule.violations.length > 0).map((rule) => ({
        id: rule.id, where: rule.violations.slice(0, 3).map(({ node }) => node.selector),
      })),
      settled: settled.map(({ node }) => looks.get(node.element)).filter((each) => each !== null),
    });
  }

  /** Run axe on the page whose looks were just read, without measuring those that are known.
   * The frame of a message is of no origin: axe cannot look into it, and fails at trying. */
  window.askAxe = async ([options, known]) => {
    const marked = unmeasured(new Set(known));
    for (const element of marked) element.setAttribute(UNKNOWN, "");
    axe.configure({ rules: [{ id: CONTRAST, selector: `[${UNKNOWN}]` }] });
    const found = await axe.run(document, { ...options, iframes: false, reporter: report });
    for (const element of marked) element.removeAttribute(UNKNOWN);
    return found;
  };
})();
