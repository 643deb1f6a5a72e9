"""Reading: sums and searches against brute force, word lists, words of a line, pictures of all kinds."""

import csv
import itertools
import json
import math
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lettermill.align.features import COUNT, appearance_of
from lettermill.align.fragments import Candidate, find_fragments
from lettermill.align.lattice import NEVER, Lattice, skip_costs
from lettermill.align.lexicon import Lexicon
from lettermill.align.network import Layer, Network
from lettermill.align.recogniser import Confidence, Recogniser, write_untrained
from lettermill.base.alphabet import Alphabet
from lettermill.base.box import Box
from lettermill.base.errors import InputError
from lettermill.base.intervals import wilson
from lettermill.image.crop import Cropping
from lettermill.model.classifier import load_classifier
from lettermill.plan.predict_inputs import find_images
from lettermill.predict.cer import cer, edit_distance, measure
from lettermill.predict.letter_lattice import LetterLattice, all_texts, letter_shares, path_shares, weight_of
from lettermill.predict.models import DEFAULTS, MIN_SHARE, Models, load_models, pictures
from lettermill.predict.predict_images import Outputs, predict_images
from lettermill.predict.prediction_picture import percent, prediction_picture
from lettermill.predict.prepare import TALL, letter_height, prepare
from lettermill.predict.read import ReadLetter, Text
from lettermill.predict.search import Reading, free_texts, read_lattice
from lettermill.predict.word_list import WordList, read_word_list
from lettermill.predict.words import find_words
from models import write_model
from project import SAMPLE

ALPHABET = Alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
NONE = Cropping("none")


def random_lattice(fragments: int, seed: int, letters: str = "ABC") -> LetterLattice:
    """Every run of up to three fragments, with random weights."""
    random = np.random.default_rng(seed)
    runs = [(start, stop) for start, stop in itertools.combinations(range(fragments + 1), 2) if stop - start <= 3]
    candidates = [Candidate(start, stop, Box(10 * start, 0, 10 * (stop - start), 10)) for start, stop in runs]
    scores, unknown = random.normal(-2, 2, (len(runs), len(letters))), random.normal(-6, 1, len(runs))
    return LetterLattice(candidates, letters, scores, unknown, random.uniform(0, 4, fragments))


def brute_force(lattice: LetterLattice) -> dict[str, float]:
    """Text -> weight, by walking every path."""
    found: dict[str, float] = {}

    def walk(fragment: int, text: str, weight: float) -> None:
        if fragment == len(lattice.skips):
            found[text] = found.get(text, 0.0) + math.exp(weight)
            return
        walk(fragment + 1, text, weight - lattice.skips[fragment])
        for index, candidate in enumerate(lattice.candidates):
            if candidate.start == fragment:
                for number, letter in enumerate(lattice.letters):
                    walk(candidate.stop, text + letter, weight + lattice.scores[index, number])

    walk(0, "", 0.0)
    return found


@settings(max_examples=60)
@given(st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_texts_and_their_probabilities_are_those_of_brute_force(fragments: int, seed: int) -> None:
    lattice = random_lattice(fragments, seed)
    every = brute_force(lattice)
    total = sum(every.values())
    assert math.exp(all_texts(lattice)) == pytest.approx(total)
    every.pop("")
    best = sorted(every, key=lambda text: -every[text])[:4]
    found = read_lattice(lattice, 4)
    assert [reading.text for reading in found] == best
    assert [reading.probability for reading in found] == pytest.approx([every[text] / total for text in best])


@settings(max_examples=60)
@given(st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_a_list_weighs_each_of_its_words_as_one_by_one(fragments: int, seed: int) -> None:
    lattice = random_lattice(fragments, seed)
    words = WordList({word: word for word in ("A", "AB", "ABC", "B", "CCCCCCC", "BAD", "CAB")})  # none knows a D
    weights = dict(zip(words.words, words.weights(lattice), strict=True))
    for word, weight in weights.items():
        alone = weight_of(lattice, word)
        assert weight == (-math.inf if alone <= NEVER / 2 else pytest.approx(alone))


@settings(max_examples=60)
@given(st.integers(1, 5), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.01, 1.0]))
def test_probabilities_with_a_list_are_those_of_brute_force(fragments: int, seed: int, other_words: float) -> None:
    lattice = random_lattice(fragments, seed)
    words = WordList({word: word for word in ("A", "AB", "ABC", "C", "CAB")})
    every = {
        text: weight * (1 if text in words.spellings else other_words) for text, weight in brute_force(lattice).items()
    }
    total = sum(every.values())
    every.pop("")
    best = [text for text in sorted(every, key=lambda text: -every[text]) if every[text] > 0][:3]
    found = read_lattice(lattice, 3, words, other_words)
    assert [reading.text for reading in found] == best
    assert [reading.probability for reading in found] == pytest.approx([every[text] / total for text in best])


def test_a_part_of_a_lattice_is_the_lattice_of_these_fragments() -> None:
    whole = random_lattice(6, 3)
    part = whole.part(2, 5)
    assert [(c.start, c.stop) for c in part.candidates] == [(c.start, c.stop) for c in random_lattice(3, 0).candidates]
    index = next(number for number, c in enumerate(whole.candidates) if (c.start, c.stop) == (3, 5))
    assert (part.scores[4] == whole.scores[index]).all() and (part.skips == whole.skips[2:5]).all()


@pytest.mark.parametrize("seed", range(5))
def test_shares_of_letters_are_those_of_all_paths(seed: int) -> None:
    lattice = random_lattice(4, seed)
    shares = letter_shares(lattice)
    expected = np.zeros_like(shares)
    total = 0.0

    def walk(fragment: int, taken: list[tuple[int, int]], weight: float) -> None:
        nonlocal total
        if fragment == len(lattice.skips):
            total += math.exp(weight)
            for place in taken:
                expected[place] += math.exp(weight)
            return
        walk(fragment + 1, taken, weight - lattice.skips[fragment])
        for index, candidate in enumerate(lattice.candidates):
            if candidate.start == fragment:
                for number in range(len(lattice.letters)):
                    walk(candidate.stop, [*taken, (index, number)], weight + lattice.scores[index, number])

    walk(0, [], 0.0)
    assert shares == pytest.approx(expected / total)


def test_texts_that_weigh_the_same_come_in_a_fixed_order() -> None:
    candidates = [Candidate(0, 1, Box(0, 0, 9, 9))]
    lattice = LetterLattice(candidates, "CAB", np.zeros((1, 3)), np.zeros(1), np.ones(1))
    assert list(free_texts(lattice, 3)) == ["A", "B", "C"]


def test_long_words_do_not_underflow() -> None:
    candidates = [Candidate(start, start + 1, Box(start, 0, 1, 1)) for start in range(200)]
    lattice = LetterLattice(candidates, "AB", np.full((200, 2), -9.0), np.full(200, -9.0), np.full(200, 9.5))
    words = WordList({"A" * count: "A" * count for count in (200, 199)})
    assert dict(zip(words.words, words.weights(lattice), strict=True)) == pytest.approx(
        {"A" * 200: weight_of(lattice, "A" * 200), "A" * 199: weight_of(lattice, "A" * 199)}
    )


def test_the_spelling_of_a_list_is_given_back_if_there_is_only_one(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("\ufeffÉloïse\r\n\r\n Jean Pierre \nLea\nLéa\n", encoding="utf-8")
    spellings = read_word_list(path, ALPHABET).spellings
    assert spellings == {
        "ELOISE": "Éloïse",
        "JEANPIERRE": "Jean Pierre",
        "JEAN": "Jean",
        "PIERRE": "Pierre",
        "LEA": "LEA",
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"Anna\n12\nEva\n--\n", r"names.txt, line 2: '12' has no letter.*\n.*line 4: '--' has no letter"),
        (b"Anna\nEl\xe9a\n", "names.txt, line 2: the text is not UTF-8"),
        (b"\n \n", "names.txt: the word list is empty"),
        (None, "names.txt cannot be read: No such file"),
    ],
)
def test_wrong_lists_are_told_with_their_line(tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / "names.txt").write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_word_list(tmp_path / "names.txt", ALPHABET)


def one_letter_a_fragment(image: np.ndarray) -> tuple:
    """Fragments of ``image`` and a lattice in which each of them is a letter."""
    fragments = find_fragments(image)
    candidates = fragments.candidates()
    single = np.array([candidate.stop - candidate.start == 1 for candidate in candidates])
    scores = np.where(single, -0.1, -9.0)[:, None]
    return fragments, LetterLattice(candidates, "A", scores, scores[:, 0] - 9, np.full(len(fragments.boxes), 5.0))


@pytest.mark.parametrize(
    ("gaps", "words"),
    [
        ([8, 8, 8, 8], [(0, 5)]),
        ([8, 30, 8, 8], [(0, 2), (2, 5)]),
        ([8, 30, 8, 30], [(0, 2), (2, 4), (4, 5)]),
        ([22, 22, 26, 22], [(0, 5)]),  # somebody who writes letters far apart
        ([22, 22, 60, 22], [(0, 3), (3, 5)]),
    ],
)
def test_words_are_parted_where_the_gap_is_wide(paper, gaps: list[int], words: list[tuple[int, int]]) -> None:
    lefts = list(itertools.accumulate((gap + 7 for gap in gaps), initial=20))
    image = paper((40, 300), *((x, 12, 7, 16) for x in lefts))
    assert find_words(*one_letter_a_fragment(image)) == words


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ((200, 4, 2, 34), [(0, 3)]),  # the edge of a frame
        ((200, 12, 8, 16), [(0, 3), (3, 4)]),  # too wide for that
        ((110, 4, 2, 34), [(0, 3), (3, 4)]),  # near enough for a letter
    ],
)
def test_a_stroke_far_from_the_words_is_no_word(paper, end: tuple, words: list[tuple[int, int]]) -> None:
    letters = [(x, 12, 7, 16) for x in (40, 55, 70)]
    assert find_words(*one_letter_a_fragment(paper((40, 300), *letters, end))) == words
    left = (2, 4, 2, 34)
    moved = [(x + 100, y, width, height) for x, y, width, height in letters]
    assert find_words(*one_letter_a_fragment(paper((40, 300), left, *moved))) == [(1, 4)]


def sample_image(number: int) -> np.ndarray:
    return cv2.imread(str(SAMPLE / f"images/word_{number:04}.jpg"), cv2.IMREAD_GRAYSCALE)


def test_images_as_the_table_has_them_are_left_alone() -> None:
    for number in (1, 2, 3, 5):
        image = sample_image(number)
        prepared = prepare(image, NONE)
        assert prepared.scale == 1 and (prepared.image == image).all()


@pytest.mark.parametrize("factor", [4, 12])
def test_large_letters_are_made_smaller_and_boxes_go_back(paper, factor: int) -> None:
    small = paper((40, 160), (20, 12, 6, 14), (40, 12, 6, 14), (60, 12, 6, 14))
    image = cv2.resize(small, None, fx=factor, fy=factor, interpolation=cv2.INTER_NEAREST)
    prepared = prepare(image, NONE)
    assert letter_height(image) > TALL > letter_height(prepared.image) > 10
    boxes = [prepared.original(box) for box in find_fragments(prepared.image).boxes]
    for box, x in zip(boxes, (20, 40, 60), strict=True):
        known = Box(x * factor, 12 * factor, 6 * factor, 14 * factor)
        edges = zip((box.x, box.y, box.right, box.bottom), (known.x, known.y, known.right, known.bottom), strict=True)
        assert all(abs(edge - other) <= 2 / prepared.scale for edge, other in edges)


def test_a_crop_that_leaves_nothing_is_told(paper) -> None:
    cropping = Cropping.from_config("box", {}, {"left": 500, "top": 0, "right": None, "bottom": None})
    assert prepare(paper((40, 160)), cropping) is None


def test_uneven_light_and_negatives_read_as_the_even_image() -> None:
    image = cv2.resize(sample_image(1), None, fx=6, fy=6, interpolation=cv2.INTER_CUBIC)
    expected = find_fragments(prepare(image, NONE).image).boxes
    across = np.linspace(0.5, 1, image.shape[1])
    noise = np.random.default_rng(0).normal(0, 6, image.shape)
    shaded = np.clip(image * across + noise, 0, 255).astype(np.uint8)
    for other in (shaded, 255 - image):
        found = find_fragments(prepare(other, NONE).image).boxes
        assert len(found) == len(expected)
        assert all(box.overlap(known) > 0.6 for box, known in zip(found, expected, strict=True))


def test_a_line_through_the_word_does_not_join_its_letters(paper) -> None:
    letters = (20, 12, 6, 14), (40, 12, 6, 14), (60, 12, 6, 14)
    image = paper((40, 160), *letters, (0, 18, 160, 1))
    assert len(find_fragments(image).boxes) != 3
    found = find_fragments(prepare(image, NONE).image).boxes
    assert len(found) == 3 and all(one.overlap(Box(*other)) > 0.8 for one, other in zip(found, letters, strict=True))


def test_candidates_are_shown_without_the_ink_of_others(paper) -> None:
    image = paper((40, 160), (20, 12, 6, 14), (30, 12, 6, 14))
    fragments = find_fragments(image)
    first, second = fragments.boxes
    shown = pictures(fragments, [Candidate(0, 1, first.joined(second)), Candidate(0, 2, first.joined(second))])
    assert (shown[0][:, :6] == 20).all() and (shown[0][:, 6:] == 255).all()
    assert (shown[1] == image[12:26, 20:36]).all()


def test_both_models_judge_and_one_alone_what_the_other_does_not_know(paper, tmp_path: Path) -> None:
    write_model(tmp_path)
    classifier = load_classifier(tmp_path / "model.onnx", tmp_path / "model.json")
    random = np.random.default_rng(0)
    layers = [
        Layer(random.normal(0, 0.1, (COUNT, 4)).astype(np.float32), np.full(4, bias, np.float32)) for bias in (0, 1, 2)
    ]
    networks = tuple(Network((layer,)) for layer in layers)
    models = Models(Recogniser("ABÉ", networks, Lexicon.of([]), Confidence(np.zeros(0), 0.0)), classifier)
    image = paper((40, 160), (20, 12, 6, 14), (30, 12, 6, 14), (45, 12, 6, 14))
    fragments = find_fragments(image)
    candidates = fragments.candidates()
    features = appearance_of(fragments, candidates).features()
    classified = classifier.log_probabilities(pictures(fragments, candidates))
    for fold in (None, 0, 1, 2):
        judges = networks if fold is None else networks[fold : fold + 1]
        likely = np.mean([np.exp(network.log_probabilities(features)) for network in judges], axis=0)
        is_letter = 1 - likely[:, -1]
        paths = Lattice(candidates, skip_costs(fragments.area))
        asked = path_shares(paths, np.log(is_letter)) >= MIN_SHARE
        lattice = models.lattice(fragments, candidates, fold)
        assert asked.any() and set(lattice.letters) == {*classifier.classes, "É"}
        column = {letter: lattice.scores[:, number] for number, letter in enumerate(lattice.letters)}
        both = (
            np.log(is_letter)
            + DEFAULTS.recogniser * np.log(likely[:, 0] / is_letter)
            + DEFAULTS.classifier * classified[:, 0]
        )
        assert column["A"][asked] == pytest.approx(both[asked], rel=1e-4)
        assert column["É"] == pytest.approx(np.log(likely[:, 2]))
        only = np.log(is_letter) + classified[:, classifier.classes.index("Z")]
        assert column["Z"][asked] == pytest.approx(only[asked], rel=1e-4)


def test_edit_distance_and_cer() -> None:
    assert [
        edit_distance(*pair) for pair in (("", ""), ("", "ABC"), ("ABC", ""), ("KITTEN", "SITTING"), ("AB", "BA"))
    ] == [
        0,
        3,
        3,
        3,
        2,
    ]
    assert cer([("ANA", "ANNA"), ("EVA", "EVA")]) == pytest.approx(1 / 7)
    assert cer([]) == 0


def test_figures_have_intervals_around_them() -> None:
    figures = measure([("ANNA", "ANNA")] * 30 + [("ENA", "EVA")] * 10)
    assert figures.cer == pytest.approx(10 / 150, abs=1e-4) and figures.word_accuracy == 0.75
    assert figures.cer_low < figures.cer < figures.cer_high
    assert (figures.word_accuracy_low, figures.word_accuracy_high) == pytest.approx((0.598, 0.858), abs=1e-3)
    assert wilson(10, 10)[1] == pytest.approx(1) and wilson(0, 10)[0] == pytest.approx(0)
    assert measure([]) is None


def test_without_a_recogniser_nothing_can_be_read(tmp_path: Path) -> None:
    write_untrained(tmp_path / "recogniser.npz")
    with pytest.raises(InputError, match=r"recogniser.npz contains no trained recogniser: .* rerun the rule `learn`"):
        load_models(tmp_path / "recogniser.npz", tmp_path / "model.onnx", tmp_path / "model.json")


def test_images_of_a_folder_and_their_names(tmp_path: Path) -> None:
    for name in ("b.PNG", "a.jpg", "a.png", "sub/c.tif", "notes.txt", ".hidden.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert [name for name, _ in find_images(str(tmp_path), [])] == ["a.jpg", "a.png", "b.PNG", "sub/c.tif"]
    assert find_images(str(tmp_path / "notes.txt"), []) == [("notes.txt", tmp_path / "notes.txt")]
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="empty: there is no image in this folder"):
        find_images(str(tmp_path / "empty"), [])
    with pytest.raises(InputError, match=r"`predict.images: nowhere` does not exist"):
        find_images("nowhere", [])
    with pytest.raises(InputError, match=r"snakemake -j 2 predict --config 'predict=\{images: my-words\}'"):
        find_images(None, [])


class FakeReader:
    """Reads two words in every image that is not blank."""

    def picture(self, image: np.ndarray, cropping: Cropping) -> Text:
        if image.min() == 255:
            return Text([], [], "blank_image")
        letters = [ReadLetter(word, letter, Box(x, 2, 3, 4), 0.61239) for word, letter, x in LETTERS]
        return Text([Reading('É"Ж A', 0.71239), Reading("EЖ, A", 0.2)], letters)


LETTERS = [(0, "É", 1), (0, "Ж", 6), (1, "A", 14)]


def test_json_lines_say_what_the_tables_say(paper, tmp_path: Path) -> None:
    names = ['a "b", c.png', "É/line\nof.png", "blank.png", "broken.png", "gone.png"]
    for number, image in enumerate((paper((20, 40), (5, 5, 9, 9)), paper((20, 40), (9, 5, 9, 9)), paper((20, 40)))):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.where(image < 200, image, 255))
    (tmp_path / "3.png").write_bytes(b"no image")
    images = [(name, tmp_path / f"{number}.png") for number, name in enumerate(names)]
    tables = {name: tmp_path / f"{name}.csv" for name in ("predictions", "alternatives", "letters")}
    output = Outputs(**tables, json_lines=tmp_path / "predictions.jsonl", pictures=tmp_path / "pictures")
    predict_images(images, FakeReader(), NONE, output)
    lines = [json.loads(line) for line in output.json_lines.read_text(encoding="utf-8").splitlines()]
    assert [line["image"] for line in lines] == names
    assert lines[0]["probability"] == 0.7124 and lines[0]["alternatives"][1]["text"] == "EЖ, A"
    assert [(letter["word"], letter["position"], letter["x"]) for letter in lines[0]["letters"]] == [
        (0, 0, 1), (0, 1, 6), (1, 0, 14)
    ]  # fmt: skip
    assert lines[2]["probability"] is None and lines[2]["letters"] == [] and lines[2]["reason"] == "blank_image"
    found = {"predictions": lines} | {
        name: [{"image": line["image"], **entry} for line in lines for entry in line.pop(name)]
        for name in ("alternatives", "letters")
    }
    for name, path in tables.items():
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [list(row.items()) for row in rows] == [
            [(key, "" if value is None else str(value)) for key, value in entry.items()] for entry in found[name]
        ]


def test_pictures_show_letters_of_any_alphabet_and_lines_without_any(paper) -> None:
    image = paper((40, 160), (20, 12, 9, 14), (40, 12, 9, 14))
    letters = [ReadLetter(0, letter, Box(x, 12, 9, 14), 0.7) for letter, x in (("É", 20), ("Ж", 40))]
    texts = [Reading("ÉЖ", 0.6), Reading("EЖ", 0.2)]
    drawn = prediction_picture(image, "a.png", Text(texts, letters))
    asked = prediction_picture(image, "a.png", Text([Reading("??", 0.6), texts[1]], letters))
    assert (drawn != asked).any() and (drawn == prediction_picture(image, "a.png", Text(texts, letters))).all()
    prediction_picture(np.full((1, 5000), 255, np.uint8), "long " * 90, Text([], [], "blank_image"))


def test_percentages() -> None:
    assert [percent(p) for p in (0.001, 0.123, 0.993, 1.0)] == ["< 1 %", "12 %", "99.3 %", "99.9 %"]
