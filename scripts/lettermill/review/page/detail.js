"use strict";
/* The panel below the grid: the letter in its word, the reason for review, and buttons for the key commands. */

Lettermill.openDetail = ({ decisionOf, onVerdict, onBox, onClear, onSelect, onSelectNone }) => {
  const part = (id) => document.getElementById(id);
  const picture = part("detail-picture");
  let letter = null;
  let many = 0;
  let again = 0;

  const cutOf = (each) => Lettermill.boxOf(decisionOf(each)?.cut ?? "");

  function labelOf(each) {
    const decision = decisionOf(each);
    if (decision?.verdict === "relabel") return decision.value;
    return decision?.verdict === "reject" ? `${each.label}✕` : each.label;
  }

  function draw(cut) {
    const cuts = (each) => (each === letter && cut ? cut : cutOf(each));
    const drawing = Lettermill.wordPicture(letter.word, { labels: labelOf, cuts, focused: letter });
    picture.replaceChildren(drawing);
    return drawing;
  }

  const box = Lettermill.openBox(picture, part("box-fields"), {
    onPreview: (now) => {
      const rect = picture.querySelector(".letter.focused rect");
      for (const [key, value] of Object.entries(now)) rect.setAttribute(key, value);
    },
    onChange: (now, tag) => onBox(letter, now, tag),
  });

  const bdi = (text, name = "bdi") => Lettermill.html(name, {}, text);

  function facts() {
    const { word } = letter;
    const headline = [
      many ? bdi(`${many} selected · `, "span") : "",
      bdi(letter.label, "strong"),
      `, letter ${letter.position + 1} of `,
      bdi(word.text),
      " · row ",
      bdi(letter.row),
    ];
    part("detail-headline").replaceChildren(...headline);
    const confidence = letter.confidence === null ? "" : ` Confidence ${Lettermill.percent(letter.confidence)}.`;
    const reads = letter.reading && letter.reading !== letter.label ? ` It reads ${letter.reading}.` : "";
    const suspect = word.suspect ? [" Reading of the word: ", bdi(word.suspect.reading), "."] : [];
    const decision = decisionOf(letter);
    const so = decision ? bdi(` Decision: ${Lettermill.inWords(decision)}.`, "strong") : "";
    part("detail-why").replaceChildren(Lettermill.whyOf(letter) + confidence + reads, ...suspect, so);
    part("clear").disabled = !decision && !many;
  }

  part("accept").addEventListener("click", () => onVerdict("accept", ""));
  part("reject").addEventListener("click", () => onVerdict("reject", ""));
  part("clear").addEventListener("click", onClear);
  part("select").addEventListener("click", onSelect);
  part("select-none").addEventListener("click", onSelectNone);
  const relabel = part("relabel");
  function typed(event) {
    if (event.isComposing) return;
    const text = relabel.value;
    relabel.value = "";
    if (text) onVerdict("relabel", text);
  }
  relabel.addEventListener("input", typed);
  relabel.addEventListener("compositionend", typed);
  // The picture is drawn after the card, so that it does not slow down keys that are held.
  part("box-details").open = matchMedia("(min-width: 700px) and (min-height: 640px)").matches;

  return {
    show(next, { selected, isSelected }) {
      part("detail").hidden = !next;
      letter = next;
      many = selected;
      if (!next) return;
      facts();
      const select = part("select");
      select.setAttribute("aria-pressed", isSelected);
      part("select-none").hidden = !many;
      // The buttons act on the selection, which may not include the focused letter.
      const which = many > 1 ? `all ${many}` : many && !isSelected ? "selected" : "";
      part("accept").firstElementChild.nextSibling.data = which ? ` Accept ${which} ` : " Accept ";
      part("reject").firstElementChild.nextSibling.data = which ? ` Reject ${which} ` : " Reject ";
      cancelAnimationFrame(again);
      again = requestAnimationFrame(() => box.show(letter, cutOf(letter) ?? letter.box, draw()));
    },
  };
};
