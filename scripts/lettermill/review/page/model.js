"use strict";
/* The data of data.js as objects: words with their letters, and the letters to review. All boxes are
   {x, y, width, height} in pixels of the downloaded image. Text from the table is never parsed as HTML. */

const Lettermill = {};

(() => {
  const box = ([x, y, width, height]) => ({ x, y, width, height });

  /** A unique key for a letter, or for a row (position null). */
  Lettermill.keyOf = (row, position) => JSON.stringify([row, position]);

  /** A box as text, as in corrections.csv. */
  Lettermill.boxText = ({ x, y, width, height }) => `${x} ${y} ${width} ${height}`;

  /** The box of such a text, or null. */
  Lettermill.boxOf = (text) => (/^\d+ \d+ [1-9]\d* [1-9]\d*$/.test(text) ? box(text.split(" ").map(Number)) : null);

  function wordOf([row, letters, reason, region, sheet, place, found], sheets) {
    const [file, width, height] = sheets[sheet];
    const word = {
      key: Lettermill.keyOf(row, null),
      row,
      text: letters,
      reason,
      region: box(region),
      sprite: { file, width, height, place: box(place) },
      suspect: null,
      letters: [],
    };
    word.letters = found.map(([position, label, x, y, w, h, confidence, reading, rejected]) => ({
      key: Lettermill.keyOf(row, position),
      row,
      position,
      label,
      box: { x, y, width: w, height: h },
      confidence,
      reading,
      rejected,
      word,
      kind: "",
    }));
    return word;
  }

  /** {name, method, alphabet, words, letters, rows, corrections}. letters: the letters to review, the most uncertain
      first. rows: the words of the view of words. */
  Lettermill.readModel = (data) => {
    const words = data.words.map((word) => wordOf(word, data.sheets));
    for (const [number, reading] of data.suspects) words[number].suspect = { reading };
    const letters = data.cards.map(([number, position, kind]) => {
      const letter = words[number].letters.find((each) => each.position === position);
      letter.kind = kind;
      return letter;
    });
    const { name, method, corrections } = data;
    const alphabet = alphabetOf(data.alphabet);
    return {
      name,
      method,
      corrections,
      alphabet,
      words,
      letters,
      rows: data.rows.map((number) => words[number]),
    };
  };

  /** The alphabet, with the workflow's rules for normalising transcriptions. */
  function alphabetOf(letters) {
    const alphabet = new Set(letters);
    const cased = letters.filter((letter) => [...letter.toUpperCase()].length === 1);
    const upper = cased.every((letter) => letter === letter.toUpperCase());
    const lower = cased.every((letter) => letter === letter.toLowerCase());
    const fold = (text) => (upper ? text.toUpperCase() : lower ? text.toLowerCase() : text);
    const oneOf = (character) => {
      if (alphabet.has(character)) return character;
      const [bare] = character.normalize("NFD");
      return alphabet.has(bare) ? bare : "";
    };
    /** The letters of the alphabet in a text. */
    const lettersOf = (text) =>
      [...text.normalize("NFC")]
        .flatMap((c) => (alphabet.has(c) ? [c] : [...fold(c)]))
        .map(oneOf)
        .join("");
    /** The letter of the alphabet that a key or a character stands for, or "". */
    const letterOf = (key) => ([...key.normalize("NFC")].length === 1 ? lettersOf(key) : "");
    return {
      letters,
      lettersOf,
      letterOf: (key) => (letterOf(key).length && [...letterOf(key)].length === 1 ? letterOf(key) : ""),
    };
  }

  const KINDS = {
    disagreement: "The recogniser disagrees with the label.",
    least_confident: "Delivered with a low confidence.",
    rejected: "Rejected: the confidence is below the threshold.",
    corrected: "Corrected before.",
  };
  Lettermill.KIND_NAMES = {
    disagreement: "Disagreements",
    least_confident: "Least confident",
    rejected: "Rejected",
    corrected: "Corrected before",
  };

  /** The reason for review of a letter. */
  Lettermill.whyOf = (letter) => KINDS[letter.kind] ?? "";

  /** Whether a modifier makes a key a command instead of a character. AltGr types characters, although some systems
      report it as Ctrl and Alt. */
  Lettermill.isCommand = (event) =>
    (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState("AltGraph");

  /** A confidence in per cent. */
  Lettermill.percent = (confidence) => {
    if (confidence === null) return "";
    return confidence > 0.995 && confidence < 1 ? ">99 %" : `${Math.round(100 * confidence)} %`;
  };

  /** The intersection over union of two boxes. */
  Lettermill.overlap = (one, other) => {
    const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
    const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
    const common = Math.max(0, width) * Math.max(0, height);
    return common / (one.width * one.height + other.width * other.height - common);
  };
})();
