"""Alignment: dynamic programming against brute force, and fragments that are what they say."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lettermill.align.features import COUNT, SIDE, appearance_of
from lettermill.align.folds import FOLDS, fold_of
from lettermill.align.fragments import Candidate, find_fragments
from lettermill.align.lattice import Lattice
from lettermill.align.lexicon import UNSEEN, Lexicon, spelling
from lettermill.align.network import Layer, Network, letter_scores
from lettermill.align.recogniser import Confidence, Recogniser, load_recogniser, write_untrained
from lettermill.align.views import View, view_of, views_of
from lettermill.align.word_alignment import EVIDENCE, EXPLAINED, align_fragments, align_views
from lettermill.base.box import Box
from lettermill.base.errors import CorruptedFileError
from lettermill.image.hypotheses import WordImage, whole
from lettermill.paper.ink import ink_mask
from lettermill.paper.print_forms import PrintForms
from lettermill.paper.print_template import Template

WORD = [(20, 12, 9, 14), (36, 12, 8, 14), (51, 12, 10, 14), (62, 12, 6, 14)]


def lattice(fragments: int) -> list[Candidate]:
    """Every run of up to three of ``fragments`` fragments."""
    runs = itertools.combinations(range(fragments + 1), 2)
    return [Candidate(start, stop, Box(start, 0, stop - start, 1)) for start, stop in runs if stop - start <= 3]


def paths(candidates: list[Candidate], fragments: int, letters: int) -> list[tuple[int, ...]]:
    """All ways to choose ``letters`` candidates, one behind the other, without overlap."""
    return [
        chosen
        for chosen in itertools.combinations(range(len(candidates)), letters)
        for runs in [[candidates[index] for index in chosen]]
        if all(first.stop <= second.start for first, second in itertools.pairwise(runs))
    ]


def weight(chosen: tuple[int, ...], candidates: list[Candidate], scores: np.ndarray, skips: np.ndarray) -> float:
    used = {fragment for index in chosen for fragment in range(candidates[index].start, candidates[index].stop)}
    taken = sum(scores[index, letter] for letter, index in enumerate(chosen))
    return taken - sum(price for fragment, price in enumerate(skips) if fragment not in used)


@settings(max_examples=200)
@given(st.integers(1, 5), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_the_best_path_and_its_posterior_are_those_of_brute_force(fragments: int, letters: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    candidates = lattice(fragments)
    scores, skips = random.normal(-2, 2, (len(candidates), letters)), random.uniform(0, 4, fragments)
    found = Lattice(candidates, skips).align(scores)
    every = paths(candidates, fragments, letters)
    if not every:
        assert found is None
        return
    weights = {chosen: weight(chosen, candidates, scores, skips) for chosen in every}
    best = max(weights, key=weights.__getitem__)
    assert found.score == pytest.approx(weights[best])
    assert tuple(found.chosen) == best
    total = sum(map(math.exp, weights.values()))
    for letter, index in enumerate(found.chosen):
        share = sum(math.exp(w) for chosen, w in weights.items() if chosen[letter] == index) / total
        assert found.posterior[letter] == pytest.approx(share, rel=1e-6)


@settings(max_examples=100)
@given(st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_a_free_reading_is_the_best_of_all_numbers_of_letters(fragments: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    candidates = lattice(fragments)
    scores, skips = random.normal(0, 2, len(candidates)), random.uniform(0, 4, fragments)
    chosen, score = Lattice(candidates, skips).read(scores)
    every = [path for letters in range(fragments + 1) for path in paths(candidates, fragments, letters)]
    columns = np.repeat(scores[:, None], fragments + 1, axis=1)
    assert score == pytest.approx(max(weight(path, candidates, columns, skips) for path in every))
    assert weight(tuple(chosen), candidates, columns, skips) == pytest.approx(score)


def check_fragments(image: np.ndarray) -> None:
    fragments = find_fragments(image)
    if fragments is None:
        return
    mask = ink_mask(image)
    assert not (fragments.labels[~mask] > 0).any()
    assert [2 * box.x + box.width for box in fragments.boxes] == sorted(
        2 * box.x + box.width for box in fragments.boxes
    )
    for number, box in enumerate(fragments.boxes, start=1):
        ys, xs = np.nonzero(fragments.labels == number)
        assert Box.around(xs.min(), ys.min(), xs.max() + 1, ys.max() + 1) == box  # tight
        assert fragments.area[number - 1] == len(xs)
    candidates = fragments.candidates()
    assert candidates == sorted(candidates, key=lambda candidate: candidate[:2])
    features = appearance_of(fragments, candidates).features()
    assert features.shape == (len(candidates), COUNT) and np.isfinite(features).all()


def test_letters_that_touch_come_apart_in_fragments(paper) -> None:
    image = paper((36, 120), (20, 12, 9, 14), (29, 24, 5, 2), (34, 12, 9, 14))
    boxes = {candidate.box for candidate in find_fragments(image).candidates()}
    assert any(abs(box.x - 20) <= 1 and abs(box.right - 31) <= 3 for box in boxes)
    assert any(box.x == 20 and box.width > 15 for box in boxes)  # and may still be one
    check_fragments(image)


@settings(max_examples=100)
@given(arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, min_side=4, max_side=40)))
def test_fragments_of_any_image_are_tight_and_in_order(image: np.ndarray) -> None:
    check_fragments(image)


@settings(max_examples=60)
@given(st.text("ABC", min_size=1, max_size=4), st.integers(0, 2**32 - 1))
def test_aligned_letters_are_in_order_and_do_not_overlap(word: str, seed: int) -> None:
    image = np.full((36, 120), 255, np.uint8)
    for x, y, width, height in WORD:
        image[y : y + height, x : x + width] = 20
    fragments = find_fragments(image)
    candidates = fragments.candidates()
    likely = np.log(np.random.default_rng(seed).dirichlet(np.ones(4), len(candidates)))
    aligned = align_fragments(fragments.area, candidates, likely, "ABC", word, {"AB": 2})
    runs = [candidates[index] for index in aligned.chosen]
    assert len(runs) == len(word)
    assert all(first.stop <= second.start for first, second in itertools.pairwise(runs))
    assert aligned.evidence.shape == (len(word), EVIDENCE) and np.isfinite(aligned.evidence).all()


def recogniser() -> Recogniser:
    random = np.random.default_rng(1)
    shapes = ((COUNT, 8), (8, 4))
    layers = [Layer(*(random.normal(size=shape).astype(np.float32) for shape in (s, s[1:]))) for s in shapes]
    lexicon = Lexicon.of([("a", "ABЯ"), ("b", "BA"), ("c", "BA")])
    return Recogniser("ABЯ", (Network(tuple(layers)),) * FOLDS, lexicon, Confidence(np.arange(EVIDENCE) / 10, -1.0))


def test_a_recogniser_comes_back_as_it_was_saved(tmp_path) -> None:
    recogniser().save(tmp_path / "a.npz")
    recogniser().save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    back = load_recogniser(tmp_path / "a.npz")
    features = np.random.default_rng(2).random((5, COUNT), np.float32)
    expected = recogniser().networks[0].log_probabilities(features)
    assert back.letters == "ABЯ"
    assert np.array_equal(back.networks[2].log_probabilities(features), expected)
    assert np.exp(expected).sum(axis=1) == pytest.approx(1, abs=1e-4)
    assert back.lexicon.elsewhere("row") == recogniser().lexicon.elsewhere("row")
    evidence = np.random.default_rng(3).random((4, EVIDENCE))
    assert np.array_equal(back.confidence.of(evidence), recogniser().confidence.of(evidence))


def test_no_recogniser_is_none_and_a_broken_one_an_error(tmp_path) -> None:
    write_untrained(tmp_path / "none.npz")
    assert load_recogniser(tmp_path / "none.npz") is None
    (tmp_path / "broken.npz").write_bytes((tmp_path / "none.npz").read_bytes()[:50])
    with pytest.raises(CorruptedFileError, match="Rerun the rule `learn`"):
        load_recogniser(tmp_path / "broken.npz")


def test_a_letter_that_was_not_learnt_gets_an_even_share() -> None:
    likely = np.log(np.array([[0.5, 0.3, 0.2]]))
    assert np.exp(letter_scores(likely, "AB", "AZ")) == pytest.approx(np.array([[0.5, 0.4]]))


def test_folds_are_of_like_size() -> None:
    counts = np.bincount([fold_of(str(row)) for row in range(3_000)])
    assert len(counts) == FOLDS and counts.min() > 900


def test_no_row_vouches_for_its_own_spelling() -> None:
    rows = [("a", "ANNA"), ("b", "ANNA"), ("c", "ANNA"), ("d", "OTTO")]
    lexicon = Lexicon.of(rows)
    for row_id, word in rows:
        others = [text for other, text in rows if fold_of(other) != fold_of(row_id)]
        assert lexicon.elsewhere(row_id)[word] == others.count(word)


def test_a_word_that_is_often_written_is_better_evidence() -> None:
    likely = np.log(np.array([[0.5, 0.4, 0.1], [0.1, 0.8, 0.1]]))
    rare, often = spelling({}, likely, "ABC", "AB"), spelling({"AB": 3}, likely, "ABC", "AB")
    other = spelling({"BB": 3}, likely, "ABC", "AB")
    assert rare[:, 0] == pytest.approx([math.log(0.5 / 0.4), math.log(0.8 / 0.1)])
    assert often[:, 0] == pytest.approx(rare[:, 0] + math.log((3 + UNSEEN) / UNSEEN))
    assert other[0, 0] == pytest.approx(rare[0, 0] - math.log((3 + UNSEEN) / UNSEEN))
    assert other[1, 0] == pytest.approx(rare[1, 0]) and (rare[:, 1] == 0).all() and (often[:, 1] > 0).all()


def test_narrow_letters_are_not_stretched_to_squares_nor_dots_to_letters(paper) -> None:
    fragments = find_fragments(paper((36, 120), (20, 12, 9, 14), (40, 12, 3, 14), (60, 12, 9, 14), (80, 18, 2, 2)))
    pictures = appearance_of(fragments, fragments.candidates()).pictures
    sizes = {}
    for candidate, picture in zip(fragments.candidates(), pictures, strict=True):
        columns = np.flatnonzero(picture.max(axis=0) > 64)
        sizes[candidate.box[:1] + candidate.box[2:]] = columns[-1] + 1 - columns[0]
    assert 20 <= sizes[20, 9, 14] <= SIDE and 10 <= sizes[40, 3, 14] <= 20
    assert sizes[80, 2, 2] < SIDE / 2


class ScoredView(View):
    """A view of as many separate fragments as there are ``likely`` probabilities of A, of B and of no letter."""

    def __init__(self, name: str, *likely: tuple[float, float, float]) -> None:
        candidates = [Candidate(i, i + 1, Box(20 * i, 0, 10, 14)) for i in range(len(likely))]
        super().__init__(name, np.full(len(likely), 50), candidates, pytest.fail)
        self.likely = np.log(np.array(likely))


A, B, NEITHER = (0.98, 0.01, 0.01), (0.01, 0.98, 0.01), (0.3, 0.3, 0.4)


def best_of(views: list[ScoredView], word: str = "AB") -> tuple[str | None, list[str]]:
    """The name of the view that explains ``word`` best, and the names of those whose candidates were looked at."""
    looked = []

    def likely(view: ScoredView) -> np.ndarray:
        looked.append(view.hypothesis)
        return view.likely

    found = align_views(views, likely, "AB", word, {})
    return found and found[0].hypothesis, looked


def test_the_view_that_explains_the_word_best_wins() -> None:
    poor, fair = ScoredView("poor", NEITHER, NEITHER), ScoredView("fair", A, NEITHER)
    assert best_of([poor, fair])[0] == best_of([fair, poor])[0] == "fair"


def test_ink_that_a_view_leaves_out_counts_against_it() -> None:
    """The print before a word is not free to skip, even if the letters are as clear as without it."""
    unclear = (0.45, 0.45, 0.1)
    word = [(0.8, 0.1, 0.1), (0.1, 0.8, 0.1)]
    with_print, without = ScoredView("with print", unclear, unclear, unclear, *word), ScoredView("without", *word)
    assert best_of([with_print, without])[0] == best_of([without, with_print])[0] == "without"


def test_when_a_view_explains_all_no_other_is_looked_at() -> None:
    clear, poor, other = ScoredView("clear", A, B), ScoredView("poor", NEITHER, NEITHER), ScoredView("other", A, B)
    assert best_of([poor, clear, other]) == ("clear", ["poor", "clear"])


def test_a_view_that_is_read_as_another_word_does_not_end_the_search() -> None:
    """Even if its path is likely."""
    view = ScoredView("read as AAAA", A, A, A, (0.6, 0.39, 0.01))
    _, aligned = align_views([view], lambda view: view.likely, "AB", "AAAB", {})
    assert aligned.reading == "AAAA" and aligned.score > EXPLAINED
    assert best_of([view, ScoredView("AAAB", A, A, A, B)], "AAAB") == ("AAAB", ["read as AAAA", "AAAB"])


def test_a_view_with_too_few_fragments_is_passed_over() -> None:
    one, two = ScoredView("one", A), ScoredView("two", NEITHER, NEITHER)
    assert best_of([one, two]) == ("two", ["one", "two"])
    assert best_of([one]) == (None, ["one"])
    assert best_of([]) == (None, [])


def test_a_view_that_must_skip_too_much_is_not_looked_at() -> None:
    """Its letters need not be read: even if they were certain, its path would be worse."""
    fair, cluttered = ScoredView("fair", A, NEITHER), ScoredView("cluttered", A, B, B, A, A, B, B)
    assert best_of([fair, cluttered]) == ("fair", ["fair"])
    assert best_of([fair, ScoredView("one", A), ScoredView("clear", A, B)]) == ("clear", ["fair", "clear"])


@settings(max_examples=60)
@given(st.integers(1, 9), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_no_path_is_better_than_its_bound(fragments: int, letters: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    of_word = Lattice(lattice(fragments), random.uniform(0, 4, fragments))
    found = of_word.best_path(np.minimum(random.normal(0, 2, (len(of_word.candidates), letters)), 0))
    bound = of_word.bound(letters)
    assert bound == -np.inf if found is None else found.score <= bound <= 0


def test_equal_views_give_the_first() -> None:
    assert best_of([ScoredView("first", NEITHER, NEITHER), ScoredView("second", NEITHER, NEITHER)])[0] == "first"


def test_candidates_of_a_view_are_in_pixels_of_the_word_image(paper) -> None:
    image = paper((36, 200), *((x + 80, y, width, height) for x, y, width, height in WORD))
    inside, everywhere = (
        view_of(next(WordImage((image,), region, None).hypotheses()))
        for region in (Box(90, 6, 80, 28), Box(0, 0, 200, 36))
    )
    assert [candidate.box for candidate in inside.candidates] == [one.box for one in everywhere.candidates]
    assert Box(100, 12, 9, 14) in [candidate.box for candidate in inside.candidates]
    assert np.array_equal(inside.area, everywhere.area)


def test_hypotheses_without_a_letter_have_no_view(paper) -> None:
    assert list(views_of(whole(paper((36, 120), (10, 20, 60, 2))).hypotheses())) == []
    assert [view.hypothesis for view in views_of(whole(paper((36, 120), *WORD)).hypotheses())] == ["0.0.50.0"]


def test_a_recogniser_aligns_with_the_best_of_its_views(paper) -> None:
    image = paper((36, 120), *WORD)
    views = list(views_of(whole(image).hypotheses()))
    found, aligned = recogniser().align("row", iter(views), "AB")
    assert found is views[0] and len(aligned.chosen) == 2
    assert recogniser().align("row", iter(views), "AB" * 8) is None
    assert recogniser().align("row", iter([]), "AB") is None


def test_a_recogniser_keeps_what_forms_print(tmp_path) -> None:
    dark = np.zeros((12, 40), np.float32)
    dark[1:11, 2:8] = dark[1:11, 12:18] = dark[1:11, 22:28] = 1
    label = Template(dark, np.array([2.0, 5.0, 10.0, 12.0]), (False, True), True)
    replace(recogniser(), forms=PrintForms([label])).save(tmp_path / "a.npz")
    (back,) = load_recogniser(tmp_path / "a.npz").forms.templates
    assert np.array_equal(back.dark, dark) and list(back.around) == [2, 5, 10, 12]
    assert (back.side, back.one_size) == ((False, True), True)
