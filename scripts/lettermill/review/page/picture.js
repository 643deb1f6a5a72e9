"use strict";
/* Pictures: SVG views of the word images on the sheets. Their coordinates are pixels of the downloaded image. */

(() => {
  const round = (number) => Math.round(100 * number) / 100;

  const { svg } = Lettermill;

  const viewBox = ({ x, y, width, height }) => [x, y, width, height].map(round).join(" ");

  /** The image of a word, positioned in the downloaded image. */
  function imageOf({ region, sprite }) {
    const { file, width, height, place } = sprite;
    const image = svg("image", { href: file, width, height });
    return svg("svg", { ...region, viewBox: viewBox(place), preserveAspectRatio: "none", overflow: "hidden" }, image);
  }

  const middle = (numbers) => numbers.toSorted((one, other) => one - other)[numbers.length >> 1];

  /** A view around a letter with this aspect ratio (width / height). Everything outside the box is dimmed. */
  Lettermill.letterPicture = (letter, cut, shape) => {
    const box = cut ?? letter.box;
    const usual = middle(letter.word.letters.map((each) => each.box.height));
    const height = Math.max(box.height, 0.85 * usual, box.width / shape, 8) * 1.75;
    const width = height * shape;
    const view = { x: box.x + box.width / 2 - width / 2, y: box.y + box.height / 2 - height / 2, width, height };
    const around = `M${round(view.x)} ${round(view.y)}h${round(width)}v${round(height)}h${-round(width)}z`;
    const inside = `M${box.x} ${box.y}v${box.height}h${box.width}v${-box.height}z`;
    return svg(
      "svg",
      { viewBox: viewBox(view), class: "window", "aria-hidden": "true" },
      imageOf(letter.word),
      svg("path", { d: around + inside, class: "veil" }),
      svg("rect", { ...box, class: "cutline" }),
    );
  };

  /** A word with the boxes of its letters. labels, cuts: functions from a letter to its label and to its corrected
      box, or null. focused: the letter that is highlighted, or null. */
  Lettermill.wordPicture = (word, { labels, cuts, focused }) => {
    const { region } = word;
    const usual = word.letters.length ? middle(word.letters.map((each) => each.box.height)) : 0;
    const band = Math.min(0.7 * usual, 0.25 * region.height); // space for the labels
    const view = { x: region.x, y: region.y - band, width: region.width, height: region.height + band };
    const picture = svg("svg", { viewBox: viewBox(view), class: "word", role: "img" }, imageOf(word));
    const text = word.letters.map((each) => each.label).join("");
    picture.setAttribute("aria-label", `Word image, transcription ${word.text}${text ? `, boxes ${text}` : ""}`);
    for (const letter of word.letters) {
      const box = cuts(letter) ?? letter.box;
      const rejected = letter.rejected ? " out" : "";
      const group = svg("g", { class: `letter${letter === focused ? " focused" : ""}${rejected}` });
      const label = svg("text", {
        x: box.x + box.width / 2,
        y: round(region.y - 0.15 * band),
        "font-size": round(0.85 * band),
        "text-anchor": "middle",
      });
      label.textContent = labels(letter);
      group.append(svg("rect", { ...box }), label);
      picture.append(group);
    }
    // Enlarged up to five times, limited by the available height.
    picture.style.setProperty("--width", `${5 * view.width}px`);
    picture.style.setProperty("--shape", round(view.width / view.height));
    return picture;
  };

  const asked = new Set();

  /** Load a word's sheet before it is needed. */
  Lettermill.preload = (word) => {
    if (word && !asked.has(word.sprite.file)) {
      asked.add(word.sprite.file);
      new Image().src = word.sprite.file;
    }
  };
})();
