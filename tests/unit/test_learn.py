"""Learning: letters are varied but stay letters, errors of transcribers are found, the result is the same always."""

from functools import partial

import numpy as np
import pytest

from lettermill.align.features import SIDE, Appearance
from lettermill.align.ground_truth import Example, HandLetter, Verdict, ground_truth_words, with_decisions
from lettermill.align.label_errors import confusion, find_label_errors
from lettermill.align.learn import MAX_ROUNDS, _checked, _self_labelled, learn
from lettermill.align.lexicon import Lexicon
from lettermill.align.train import augment_appearance, train
from lettermill.base.box import Box
from lettermill.image.hypotheses import whole
from lettermill.paper.print_forms import PrintForms


def test_label_errors_are_found() -> None:
    random = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], 200)
    likely = np.full((600, 3), 0.05)
    likely[np.arange(600), labels] = random.uniform(0.6, 0.9, 600)
    likely[[7, 250], labels[[7, 250]]], likely[7, 1], likely[250, 2] = 0.05, 0.9, 0.9
    likely[400] = 1 / 3  # like nothing in particular: no sign of an error
    likely /= likely.sum(axis=1, keepdims=True)
    assert np.flatnonzero(find_label_errors(likely, labels)).tolist() == [7, 250]
    confusions = confusion(likely, labels)
    assert np.allclose(confusions.sum(axis=1), 1) and confusions[0, 1] > confusions[0, 2]


def test_varied_letters_are_other_pictures_of_the_same_letters() -> None:
    pictures = np.zeros((50, SIDE, SIDE), np.uint8)
    pictures[:, 6:26, 8:11] = pictures[:, 23:26, 8:24] = 255  # an L
    appearance = Appearance(pictures, np.ones((50, 4), np.float32))
    varied = augment_appearance(appearance, np.random.default_rng(5))
    assert not any(np.array_equal(picture, pictures[0]) for picture in varied.pictures)
    again = augment_appearance(appearance, np.random.default_rng(5))
    assert np.array_equal(varied.pictures, again.pictures) and np.array_equal(varied.places, again.places)
    ink = varied.pictures > 96
    assert (ink.mean(axis=(1, 2)) / ink[0].mean() > 0.4).all()
    lower_left, upper_right = ink[:, 16:, :16].mean(axis=(1, 2)), ink[:, :16, 16:].mean(axis=(1, 2))
    assert (lower_left > upper_right).all()
    assert (pictures == appearance.pictures).all() and (np.abs(varied.places - 1) <= 0.1 + 1e-6).all()


@pytest.fixture
def few_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    """These letters are learnt in fewer passes than handwriting is."""
    monkeypatch.setattr("lettermill.align.train.EPOCHS", 6)


def words(count: int) -> list[Example]:
    """Words of three shapes: O is a square ring, I a bar, L an angle."""
    random = np.random.default_rng(0)
    examples = []
    for number in range(count):
        word = "".join(random.choice(list("OIL"), 4))
        image, boxes = np.full((36, 120), 255, np.uint8), []
        for position, letter in enumerate(word):
            x, y, height = 10 + 24 * position + int(random.integers(4)), 10 + int(random.integers(2)), 14
            width = 4 if letter == "I" else 11
            stroke = image[y : y + height, x : x + width]
            stroke[:, :3] = 30
            if letter != "I":
                stroke[-3:] = 30
            if letter == "O":
                stroke[:3] = stroke[:, -3:] = 30
            boxes.append(Box(x, y, width if letter != "I" else 3, height))
        examples.append(Example(f"row {number}", partial(whole, image), word, boxes))
    return examples


def test_what_is_learnt_does_not_depend_on_threads_or_order(tmp_path, few_epochs) -> None:
    examples = words(150)
    lexicon = Lexicon.of((example.row_id, example.word) for example in examples)
    recogniser, table, effects = learn(examples, lexicon, PrintForms(), 1, 1)
    recogniser.save(tmp_path / "one.npz")
    learn(examples[::-1], lexicon, PrintForms(), 1, 3).recogniser.save(tmp_path / "three.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "three.npz").read_bytes()
    assert recogniser.letters == "ILO" and effects == []
    sure = table[-1]
    assert sure.low >= 0.98 and sure.letters > 500 and sure.accuracy > 0.98


def test_words_without_boxes_are_learnt_from_in_the_second_round(caplog, few_epochs) -> None:
    examples = [example if number % 5 else example._replace(boxes=[]) for number, example in enumerate(words(200))]
    lexicon = Lexicon.of((example.row_id, example.word) for example in examples)
    with caplog.at_level("INFO"):
        assert learn(examples, lexicon, PrintForms(), 2, 2) is not None
    first, second = [int(record.args[1]) for record in caplog.records if record.msg.startswith("training on")]
    assert first == 640 and second > 760


def by_chance(examples: list[Example], every: int) -> list[Example]:
    """``examples``, of which one in ``every`` has another word above it, and the boxes of that word."""
    found = list(examples)
    for number in range(0, len(examples), every):
        own, other = examples[number], next(one for one in examples[number:] if one.word[0] != examples[number].word[0])
        image = np.concatenate([one.load().layers[0] for one in (other, own)])
        found[number] = own._replace(load=partial(whole, image), boxes=other.boxes)
    return found


def rounds_of(caplog: pytest.LogCaptureFixture) -> tuple[list[int], list[int]]:
    """The letters that each round was trained on, and the words that were found to fit by chance after each."""
    logged = [(record.msg, record.args) for record in caplog.records]
    trained = [args[1] for message, args in logged if message.startswith("training on")]
    return trained, [args[0] for message, args in logged if "fit by chance" in message]


def test_words_that_fit_by_chance_are_aligned_instead(caplog, few_epochs) -> None:
    examples = by_chance(words(180), 9)
    lexicon = Lexicon.of((example.row_id, example.word) for example in examples)
    with caplog.at_level("INFO"):
        recogniser, table, _ = learn(examples, lexicon, PrintForms(), 2, 1)
    (first, second), dropped = rounds_of(caplog)
    assert dropped == [20]
    assert first == 720 and 640 < second <= 720  # without the wrong places, with some of the right ones
    kept, chance = _checked(ground_truth_words(examples[::9]), recogniser)
    assert not kept and all(word.view is None and word.truth == [] for word in chance)
    labelled = _self_labelled(chance, recogniser)
    assert len(labelled) > 5
    for word in labelled:
        number = int(word.row_id.split()[1])
        boxes = [word.box(index) for index in word.truth if index >= 0]
        assert set(boxes) <= {box.moved(0, 36) for box in words(180)[number].boxes}
    assert sum(row.letters for row in table if row.low < 0.5) < 40  # they do not count as errors


def test_one_round_trusts_all_boxes(caplog, few_epochs) -> None:
    with caplog.at_level("INFO"):
        learn(by_chance(words(60), 6), Lexicon.of([]), PrintForms(), 1, 1)
    assert rounds_of(caplog) == ([240], [])


def test_words_with_corrections_never_fit_by_chance(few_epochs) -> None:
    examples = by_chance(words(120), 8)
    lexicon = Lexicon.of((example.row_id, example.word) for example in examples)
    recogniser = learn(examples, lexicon, PrintForms(), 2, 1).recogniser
    (word,) = ground_truth_words(examples[:1])
    corrected = with_decisions(word._replace(by_hand=(Verdict(1, word.word[1], word.truth[1], True),)))
    assert _checked([word], recogniser)[0] == []
    assert _checked([corrected], recogniser) == ([corrected], [])


def test_rounds_go_on_while_there_is_more_to_learn_from(caplog, few_epochs) -> None:
    examples = words(120)
    lexicon = Lexicon.of((example.row_id, example.word) for example in examples)
    with caplog.at_level("INFO"):
        learn(examples, lexicon, PrintForms(), None, 1)
    assert rounds_of(caplog) == ([480], [])  # no word is left to learn from
    caplog.clear()
    few = [example if number < 40 else example._replace(boxes=[]) for number, example in enumerate(examples)]
    with caplog.at_level("INFO"):
        learn(few, lexicon, PrintForms(), None, 1)
    trained, _ = rounds_of(caplog)
    assert trained[0] == 160 and 2 <= len(trained) <= MAX_ROUNDS
    assert trained == sorted(trained) and trained[-1] > 400


def test_from_transcriptions_of_other_images_nothing_is_learnt(caplog, few_epochs) -> None:
    examples = words(150)
    shifted = [
        example._replace(word=other.word) for example, other in zip(examples, examples[1:] + examples[:1], strict=True)
    ]
    lexicon = Lexicon.of((example.row_id, example.word) for example in shifted)
    assert learn(shifted, lexicon, PrintForms(), 1, 1) is None
    assert "look like others of their class" in caplog.text


def test_too_few_letters_are_not_learnt_from(caplog) -> None:
    examples = words(20)
    assert learn(examples, Lexicon.of([]), PrintForms(), 1, 1) is None
    assert "no recogniser is trained: the boxes of 80 letters fit, but 100" in caplog.text


def test_letters_without_a_candidate_are_not_learnt(caplog, few_epochs) -> None:
    """Their boxes may be other than those of alignment, or stand in rows of one part only."""
    examples = words(200)
    for example in examples:
        for index, letter in enumerate(example.word):
            if letter == "O":
                example.boxes[index] = example.boxes[index].moved(0, 6)
    assert learn(examples, Lexicon.of([]), PrintForms(), 1, 1).recogniser.letters == "IL"
    assert "too few examples, which are not learnt: O (0)" in caplog.text


def test_without_a_word_that_is_known_as_a_whole_nothing_is_learnt(caplog, few_epochs) -> None:
    examples = words(250)
    for example in examples:
        example.boxes[0] = example.boxes[0].moved(0, 6)
    assert learn(examples, Lexicon.of([]), PrintForms(), 2, 1) is None
    assert "in no word can all letters be cut out" in caplog.text


def test_two_classes_are_told_apart(few_epochs) -> None:
    pictures = np.zeros((400, SIDE, SIDE), np.uint8)
    pictures[:, 6:26, 8:11] = 255
    pictures[200:, 6:9, 8:24] = 255
    appearance = Appearance(pictures, np.ones((400, 4), np.float32))
    targets = np.repeat([0, 1], 200)
    networks = train(appearance, targets, np.arange(400) % 3, 3, 1)
    for network in networks:
        assert (network.log_probabilities(appearance.features()).argmax(axis=1) == targets).all()


def mistaken(examples: list[Example], every: int) -> list[tuple[int, int]]:
    """Write L for one O in each word that has one, of one in ``every``; returns the (word, position) of these."""
    places = []
    for number in range(0, len(examples), every):
        word = examples[number].word
        if "O" in word:
            place = word.index("O")
            examples[number] = examples[number]._replace(word=f"{word[:place]}L{word[place + 1 :]}")
            places.append((number, place))
    return places


def test_corrections_are_learnt_from(caplog, few_epochs) -> None:
    """Of other rows: a word is judged by what its own fold has not taught."""
    examples = words(180)
    places = mistaken(examples, 3)
    lexicon = Lexicon.of((example.row_id, example.word) for example in examples)
    for number, place in places:
        box = examples[number].boxes[place]
        examples[number] = examples[number]._replace(by_hand=(HandLetter(place, "O", box, True),))
    letter = HandLetter(2, examples[1].word[2], None, True)
    examples[1] = examples[1]._replace(by_hand=(letter,))
    _, table, effects = learn(examples, lexicon, PrintForms(), 1, 2)
    assert [(effect.row_id, effect.position, effect.verdict) for effect in effects] == sorted(
        [(f"row {number}", place, "wrong") for number, place in places] + [("row 1", 2, "right")]
    )
    wrong = [effect for effect in effects if effect.verdict == "wrong"]
    before, after = (np.mean([getattr(effect, when) for effect in wrong]) for when in ("before", "after"))
    assert after < before
    right = next(effect for effect in effects if effect.verdict == "right")
    assert right.label == letter.label and right.after > 0.9
    again = learn(examples[::-1], lexicon, PrintForms(), 1, 1)
    assert again.correction_effects == effects and again.reliability == table


def test_what_is_rejected_is_not_learnt_and_what_is_accepted_is(caplog, few_epochs) -> None:
    examples = words(160)
    boxes = examples[0].boxes
    examples[0] = examples[0]._replace(by_hand=(HandLetter(1, examples[0].word[1], boxes[1], False),))
    decided = tuple(HandLetter(position, examples[1].word[position], boxes, True) for position, boxes in
                    enumerate(examples[1].boxes[:3]))  # fmt: skip
    examples[1] = examples[1]._replace(boxes=[], by_hand=decided)
    elsewhere = boxes[2].moved(40, 0)
    examples[2] = examples[2]._replace(by_hand=(HandLetter(2, examples[2].word[2], elsewhere, False),))
    lexicon = Lexicon.of((example.row_id, example.word) for example in examples)
    with caplog.at_level("INFO"):
        effects = learn(examples, lexicon, PrintForms(), 1, 2).correction_effects
    learnt = [int(record.args[1]) for record in caplog.records if record.msg.startswith("training on")]
    assert learnt == [640 - 1 - 1, 640 - 4]  # with the corrections, without
    assert [effect.verdict for effect in effects] == ["wrong", "right", "right", "right", "wrong"]
    assert effects[-1].before is effects[-1].after is None  # the letter is not cut there


def test_rejections_lower_confidences_also_where_boxes_do_not_fit(few_epochs) -> None:
    """Letters that are accepted there raise them."""
    examples = words(240)
    places = mistaken(examples, 3)
    lexicon = Lexicon.of((example.row_id, example.word) for example in examples)
    for number, place in places:
        rejected = HandLetter(place, "L", examples[number].boxes[place], False)
        examples[number] = examples[number]._replace(boxes=[], by_hand=(rejected,))
    effects = learn(examples, lexicon, PrintForms(), 1, 2).correction_effects
    assert [effect.verdict for effect in effects] == ["wrong"] * len(places)
    known = [(effect.before, effect.after) for effect in effects if effect.before is not None]
    before, after = np.mean(known, axis=0)
    assert len(known) > 20 and after < before
