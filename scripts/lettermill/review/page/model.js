"use strict";
/* What data.js holds, as objects: words with their letters, and the letters that are worth a look. All boxes are
   {x, y, width, height} in pixels of the image as downloaded. Text from the table is never made into HTML. */

const Lettermill = {};

(() => {
  const box = ([x, y, width, height]) => ({ x, y, width, height });

  /** A name for a letter, or for a row (position null), that no other has. */
  Lettermill.keyOf = (row, position) => JSON.stringify([row, position]);

  /** A box as corrections write it. */
  Lettermill.boxText = ({ x, y, width, height }) => `${x} ${y} ${width} ${height}`;

  /** The box that such a text gives, or null. */
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

  /** {name, method, alphabet, words, letters, rows, corrections} of the data; letters: those worth a look, the
      worthiest first; rows: words that are shown as such. */
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

  /** The letters to be found, with the rules by which the workflow brings a transcription to them. */
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
    /** The letters of the alphabet that a text is written with. */
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
    disagreement: "The recogniser takes it for another letter.",
    least_confident: "It is delivered, but with little confidence.",
    rejected: "It is rejected: its confidence is too low.",
    corrected: "It is corrected already.",
  };
  Lettermill.KIND_NAMES = {
    disagreement: "Disagreements",
    least_confident: "Least confident",
    rejected: "Rejected",
    corrected: "Corrected before",
  };

  /** Why a letter is shown. */
  Lettermill.whyOf = (letter) => KINDS[letter.kind] ?? "";

  /** Whether a key is pressed together with one that makes it a command, not a character. AltGr makes characters, and
      some systems tell of it as Ctrl and Alt. */
  Lettermill.isCommand = (event) =>
    (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState("AltGraph");

  /** A confidence as people read it. */
  Lettermill.percent = (confidence) => {
    if (confidence === null) return "";
    return confidence > 0.995 && confidence < 1 ? ">99 %" : `${Math.round(100 * confidence)} %`;
  };

  /** Whether two boxes are mostly the same, by the workflow's measure: intersection over union of 0.5 or more. */
  Lettermill.overlap = (one, other) => {
    const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
    const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
    const common = Math.max(0, width) * Math.max(0, height);
    return common / (one.width * one.height + other.width * other.height - common);
  };
})();
